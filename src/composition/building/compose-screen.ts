/**
 * Composes the track of the screen: recorded frames as they are, and cards between them.
 */
import { join } from 'node:path'
import { openStoredMedia } from '../../age/stored-media.ts'
import type { Quality } from '../../contract/quality.ts'
import { FormatError } from '../../media/format-error.ts'
import { parameterSets } from '../../media/parameter-sets.ts'
import { withOwnParameterSets } from '../../media/sample-entries.ts'
import { exportError } from '../export-error.ts'
import {
  type GapItem,
  isMedia,
  type MediaItem,
  type TimelineItem,
  type TrackTimeline,
} from '../plan/timeline.ts'
import {
  type Frame,
  type FrameSource,
  openFrames,
  SCREEN_TICKS_A_MS,
} from '../segments/read-frames.ts'
import type { BuildContext } from './build-context.ts'
import { encodeCards } from './encode-cards.ts'
import { type MovieInput, NO_MEDIA, type Sample } from './movie-input.ts'
import { resizeScreen } from './resize-screen.ts'

/** The size of the cards when no screen segment exists. */
const SIZE_UNKNOWN = { width: 1_280, height: 720 }
/** In shorter gaps the last picture stays instead of a card: a flash would startle. */
const CARD_MIN_MS = 100
const TIMESCALE = 1_000 * SCREEN_TICKS_A_MS

/** Frames and the time in which they are shown, in ticks from the track's first picture. */
interface PlacedFrames {
  source: FrameSource
  from: number
  to: number
}

/**
 * Composes a track. Only segments of another size than the largest are encoded again, into sealed
 * working files. `isUniform` of the answer: all items have the same parameter sets; otherwise each
 * key frame has its own.
 */
export async function composeScreen(
  track: TrackTimeline,
  how: { quality: Quality; timeZone: string },
  context: BuildContext,
): Promise<MovieInput & { isUniform: boolean }> {
  const items = shownItems(track.items, 500 / how.quality.framesPerSecond)
  const recorded = new Map<MediaItem, FrameSource>()
  for (const item of items.filter(isMedia)) recorded.set(item, await openSegment(item, context))
  const size = largest([...recorded.values()]) ?? SIZE_UNKNOWN
  const gaps = items.filter((item): item is GapItem => !isMedia(item))
  const cards = gaps.length > 0 ? await encodeCards(gaps, { ...how, size }, context) : undefined
  const { fromMs: startMs } = items[0]!
  const toTicks = (ms: number): number => Math.round((ms - startMs) * SCREEN_TICKS_A_MS)
  const placed: PlacedFrames[] = []
  for (const [index, item] of items.entries()) {
    context.signal.throwIfAborted()
    context.progress(index / items.length)
    const source = isMedia(item)
      ? await fitting(item, recorded.get(item)!, { ...how, size, index }, context)
      : cards!(item)
    placed.push({ source, from: toTicks(item.fromMs), to: toTicks(item.toMs) })
  }
  const { entry } = placed[0]!.source.format
  const isUniform = new Set(placed.map(({ source }) => source.format.configuration)).size === 1
  return {
    isUniform,
    ...{ kind: 'video', isEnabled: true, timescale: TIMESCALE, skipped: 0, startMs, size },
    durationMs: items.at(-1)!.toMs - startMs,
    entry: isUniform ? entry : withOwnParameterSets(entry),
    samples: (withMedia) => placedSamples(placed, isUniform, withMedia),
  }
}

/** Returns the items with a picture. */
function shownItems(recorded: readonly TimelineItem[], halfFrameMs: number): TimelineItem[] {
  const [first, ...others] = withoutFlashes(recorded)
  const items = centreFrames([first!, ...others], halfFrameMs)
  // A flash at the start has no picture before it that could stay, and no segment may be shown
  // earlier than its sound. So the track begins later.
  return others.length > 0 && isFlash(first!) ? items.slice(1) : items
}

const isFlash = (item: TimelineItem): boolean =>
  !isMedia(item) && item.toMs - item.fromMs < CARD_MIN_MS

/** Adds gaps too short for a card to the segment before them. */
function withoutFlashes(items: readonly TimelineItem[]): TimelineItem[] {
  const kept: TimelineItem[] = []
  for (const item of items) {
    const last = kept.at(-1)
    if (last && isMedia(last) && isFlash(item)) kept[kept.length - 1] = { ...last, toMs: item.toMs }
    else kept.push(item)
  }
  return kept
}

/**
 * Moves segments half a frame earlier. A picture shows the changes since the one before it, which
 * are half a frame old on average. Shown that much earlier, no change is more than half a frame
 * from its sound, instead of up to a whole frame behind it.
 */
function centreFrames(items: readonly TimelineItem[], halfMs: number): TimelineItem[] {
  const moved = items.map((item) => ({ ...item }))
  for (const [index, item] of moved.entries()) {
    const before = moved[index - 1]
    if (!isMedia(item) || before === undefined) continue
    // At least half of the item before it stays.
    item.fromMs -= Math.min(halfMs, (before.toMs - before.fromMs) / 2)
    before.toMs = item.fromMs
  }
  return moved
}

async function openSegment({ segment }: MediaItem, context: BuildContext): Promise<FrameSource> {
  const explained = (error: unknown): unknown =>
    error instanceof FormatError
      ? exportError(`Segment ${segment.number} of screen is damaged: ${error.message}.`, error)
      : error
  const open = () => context.open(segment)
  const source = await openFrames(open, context.signal).catch((error) => {
    throw explained(error)
  })
  async function* frames(): AsyncGenerator<Frame> {
    try {
      yield* source.frames()
    } catch (error) {
      throw explained(error)
    }
  }
  return { format: source.format, frames }
}

/** Returns the frames of a segment in the size of the track. */
async function fitting(
  { segment }: MediaItem,
  source: FrameSource,
  how: { size: { width: number; height: number }; quality: Quality; index: number },
  context: BuildContext,
): Promise<FrameSource> {
  const { width, height, timescale } = source.format
  if (width === how.size.width && height === how.size.height && timescale === TIMESCALE)
    return source
  const path = join(context.folder, `screen-${how.index}.mp4.age`)
  await resizeScreen(segment, path, how, context)
  return openFrames(() => openStoredMedia(path, context.identity), context.signal)
}

/** Yields the frames of all items at their places. Each is shown until the next one. */
async function* placedSamples(
  placed: readonly PlacedFrames[],
  isUniform: boolean,
  withMedia: boolean,
): AsyncGenerator<Sample> {
  let shown: { sample: Omit<Sample, 'duration'>; start: number } | undefined
  for (const { source, from, to } of placed) {
    const sets = isUniform ? NO_MEDIA : parameterSets(source.format.configuration)
    for await (const frame of source.frames()) {
      const start = from + frame.start
      if (start >= to) break
      if (shown) yield { ...shown.sample, duration: start - shown.start }
      shown = { sample: await toSample(frame, sets, withMedia), start }
    }
  }
  if (shown) yield { ...shown.sample, duration: placed.at(-1)!.to - shown.start }
}

async function toSample(
  { isKeyFrame, bytes, read }: Frame,
  sets: Buffer,
  withMedia: boolean,
): Promise<Omit<Sample, 'duration'>> {
  const before = isKeyFrame ? sets : NO_MEDIA
  const media = withMedia ? Buffer.concat([before, await read()]) : NO_MEDIA
  return { isKeyFrame, bytes: before.length + bytes, media }
}

function largest(sources: readonly FrameSource[]): { width: number; height: number } | undefined {
  return sources
    .map(({ format: { width, height } }) => ({ width, height }))
    .reduce<{ width: number; height: number } | undefined>(
      (best, size) => (best && best.width * best.height >= size.width * size.height ? best : size),
      undefined,
    )
}
