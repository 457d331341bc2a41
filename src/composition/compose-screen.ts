/**
 * Composes the track of the screen as a list for ffmpeg's `concat`: recorded segments as they are,
 * and cards between them.
 */
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SegmentDescription } from '../contract/events.ts'
import type { Quality } from '../contract/quality.ts'
import { readBox } from '../media/fmp4.ts'
import { FormatError } from '../media/format-error.ts'
import { Splitter } from '../media/splitter.ts'
import { type VideoFormat, videoFormat } from '../media/video-format.ts'
import type { BuildContext } from './build-context.ts'
import { type CardWriter, encodeCards } from './encode-cards.ts'
import { exportError } from './export-error.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import {
  type GapItem,
  isMedia,
  type MediaItem,
  type TimelineItem,
  type TrackTimeline,
} from './timeline.ts'

/** The size of the cards when no screen segment exists. */
const SIZE_UNKNOWN = { width: 1_280, height: 720 }
/** In shorter gaps the last picture stays instead of a card: a flash would startle. */
const CARD_MIN_MS = 100
/** How far to read for `moov`, which comes first and is small. */
const HEAD_BYTES = 65_536

/** The list of a screen, and how its items can be joined. */
export interface ScreenList {
  /** A file for ffmpeg's `concat` demuxer. */
  path: string
  /** When the first picture is shown, in ms from the recording's start. */
  startMs: number
  /** Whether all items have the same parameter sets; else each key frame needs its own. */
  uniform: boolean
}

/**
 * Writes the list and creates the missing files in it. Only segments of another size than the
 * largest are encoded again.
 */
export async function composeScreen(
  track: TrackTimeline,
  how: { quality: Quality; timeZone: string },
  context: BuildContext,
): Promise<ScreenList> {
  const [first, ...others] = withoutFlashes(track.items)
  const centredItems = centreFrames([first!, ...others], 500 / how.quality.framesPerSecond)
  // A flash at the start has no picture before it that could stay, and no segment may be shown
  // earlier than its sound. So the track begins later.
  const items = others.length > 0 && isFlash(first!) ? centredItems.slice(1) : centredItems
  const formats = new Map<SegmentDescription, VideoFormat>()
  for (const { segment } of items.filter(isMedia))
    formats.set(segment, await formatOf(segment, context))
  const size = largest([...formats.values()]) ?? SIZE_UNKNOWN
  const gaps = items.filter((item): item is GapItem => !isMedia(item))
  const writeCard = gaps.length > 0 ? await encodeCards(gaps, { ...how, size }, context) : undefined
  const list = ['ffconcat version 1.0']
  const configurations = new Set<string>()
  for (const [index, item] of items.entries()) {
    context.signal.throwIfAborted()
    context.progress(index / items.length)
    const path = await prepareFile(
      item,
      { index, size, writeCard, quality: how.quality, format: formats },
      context,
    )
    configurations.add((await readFormat(path)).configuration)
    list.push(
      `file '${path.replaceAll("'", "'\\''")}'`,
      `duration ${seconds(item.toMs - item.fromMs)}`,
    )
    if (isMedia(item) && item.segment.durationMs > item.toMs - item.fromMs)
      list.push(`outpoint ${seconds(item.toMs - item.fromMs)}`)
  }
  const path = join(context.folder, 'screen.ffconcat')
  await writeFile(path, `${list.join('\n')}\n`, { mode: 0o600 })
  return { path, startMs: items[0]!.fromMs, uniform: configurations.size === 1 }
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

async function prepareFile(
  item: TimelineItem,
  how: {
    index: number
    size: { width: number; height: number }
    writeCard: CardWriter | undefined
    quality: Quality
    format: Map<SegmentDescription, VideoFormat>
  },
  context: BuildContext,
): Promise<string> {
  const own = join(context.folder, `screen-${how.index}.mp4`)
  if (!isMedia(item)) {
    await how.writeCard!(item, own)
    return own
  }
  const { width, height, timescale } = how.format.get(item.segment)!
  if (width === how.size.width && height === how.size.height && timescale === 90_000)
    return context.path(item.segment)
  await resize(item, own, how, context)
  return own
}

async function resize(
  { segment }: MediaItem,
  path: string,
  {
    size: { width, height },
    quality,
  }: { size: { width: number; height: number }; quality: Quality },
  context: BuildContext,
): Promise<void> {
  const args = await context.tools.screenArgs(['-i', context.path(segment)], quality)
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease`
  args.splice(
    -1,
    1,
    '-an',
    '-vf',
    `${fit},pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=0`,
    path,
  )
  await runFfmpeg(context, args)
}

async function formatOf(segment: SegmentDescription, context: BuildContext): Promise<VideoFormat> {
  try {
    return await readFormat(context.path(segment))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw exportError(`Segment ${segment.number} of screen is damaged: ${error.message}.`, error)
  }
}

async function readFormat(path: string): Promise<VideoFormat> {
  const boxes = new Splitter(readBox)
  for await (const chunk of createReadStream(path, { end: HEAD_BYTES - 1 })) {
    for (const { type, bytes } of boxes.push(chunk as Buffer))
      if (type === 'moov') return videoFormat(bytes)
  }
  throw new FormatError('MP4 without moov')
}

function largest(formats: readonly VideoFormat[]): VideoFormat | undefined {
  return formats.reduce<VideoFormat | undefined>(
    (best, format) =>
      best && best.width * best.height >= format.width * format.height ? best : format,
    undefined,
  )
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(6)
