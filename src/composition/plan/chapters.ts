/** Builds a file's chapters from the tags of its recording and from its gaps. Pure. */
import type { GapReason } from '../../contract/gap-reason.ts'
import { markerOf } from '../../contract/marker.ts'
import type { Medium } from '../../contract/media.ts'
import { SYSTEM_TAG_PREFIX } from '../../contract/tag-key.ts'
import type { ChapterTag } from '../port.ts'
import { GAP_TITLES } from './gap-titles.ts'
import { commonGaps, isMedia, type Timeline, timeMapping } from './timeline.ts'

/** A chapter. It ends where the next begins. */
export interface Chapter {
  atMs: number
  title: string
}

/** Shorter gaps are only the seams between segments. */
const GAP_MIN_MS = 1_000
const CHAPTER_MIN_MS = 500
/** Some players store a title's length in one byte. */
const TITLE_MAX_BYTES = 200
const NAMES: Record<Medium, string> = { mic: 'Microphone', speaker: 'Speaker', screen: 'Screen' }

/**
 * Returns the chapters of a file: the first at 0, no two at the same time. `whole` is the complete
 * timeline, `timeline` the one of the file. Tags set at the start describe the recording; they are
 * chapters only when they are markers.
 */
export function buildChapters(
  whole: Timeline,
  timeline: Timeline,
  tags: readonly ChapterTag[],
): Chapter[] {
  const toFileTime = timeMapping(timeline)
  const found: Chapter[] = [{ atMs: 0, title: 'Start' }]
  for (const tag of tags) {
    const ms = Date.parse(tag.at) - whole.startMs
    const title = tagTitle(tag, ms <= 0)
    if (title !== null && ms < whole.durationMs)
      found.push({ atMs: toFileTime(Math.max(0, ms)), title })
  }
  if (timeline.removedSpans.length > 0) {
    for (const { atMs, fromMs, toMs, reason } of timeline.removedSpans)
      if (isLongEnough(fromMs, toMs, whole))
        found.push({
          atMs,
          title: `${GAP_TITLES[reason]} (cut, ${clock(toMs - fromMs)})`,
        })
  } else found.push(...gapChapters(commonGaps(whole), allTracksTitles, whole))
  found.push(...trackGaps(whole, timeline))
  return merged(found.filter(({ atMs }) => atMs < timeline.durationMs))
}

/** Returns the title of the chapter that a tag becomes; null when it becomes none. */
function tagTitle(tag: ChapterTag, isFromStart: boolean): string | null {
  const marker = markerOf(tag)
  if (marker !== null) return marker.label === '' ? 'Marker' : `Marker: ${marker.label}`
  return isFromStart || tag.key.startsWith(SYSTEM_TAG_PREFIX) ? null : `${tag.key}: ${tag.value}`
}

/** Returns the chapters of gaps of one track while others have media. */
function trackGaps(whole: Timeline, timeline: Timeline): Chapter[] {
  const common = commonGaps(whole)
  return timeline.tracks.flatMap(({ medium, items }) => {
    const gaps = items.flatMap((item) => (isMedia(item) ? [] : [{ ...item, reason: item.gap }]))
    // On the complete timeline a gap of all tracks has its chapter already.
    const own =
      timeline.removedSpans.length > 0
        ? gaps
        : gaps.filter(
            (gap) =>
              !common.some(
                (all) =>
                  gap.toMs - gap.fromMs < all.toMs - all.fromMs + GAP_MIN_MS &&
                  all.fromMs < gap.toMs &&
                  gap.fromMs < all.toMs,
              ),
          )
    return gapChapters(own, trackTitles(NAMES[medium]), timeline)
  })
}

/** The titles of the chapters at the beginning and at the end of a gap. */
interface ChapterTitles {
  gap(reason: GapReason): string
  recording: string
}

const allTracksTitles: ChapterTitles = {
  gap: (reason) => GAP_TITLES[reason],
  recording: 'Recording',
}

const trackTitles = (track: string): ChapterTitles => ({
  gap: (reason) => `${track}: ${GAP_TITLES[reason].toLowerCase()}`,
  recording: `${track}: recording`,
})

function gapChapters(
  gaps: readonly { fromMs: number; toMs: number; reason: GapReason }[],
  titles: ChapterTitles,
  timeline: Timeline,
): Chapter[] {
  return gaps.flatMap(({ fromMs, toMs, reason }) => {
    if (!isLongEnough(fromMs, toMs, timeline)) return []
    const chapters = [{ atMs: fromMs, title: titles.gap(reason) }]
    if (toMs < timeline.durationMs) chapters.push({ atMs: toMs, title: titles.recording })
    return chapters
  })
}

const isLongEnough = (fromMs: number, toMs: number, { durationMs }: Timeline): boolean =>
  toMs - fromMs >= GAP_MIN_MS && fromMs < durationMs

/** Joins chapters less than half a second apart: a shorter one could not be selected. */
function merged(chapters: Chapter[]): Chapter[] {
  const groups: { atMs: number; all: string[] }[] = []
  for (const { atMs, title } of chapters.sort((a, b) => a.atMs - b.atMs)) {
    const last = groups.at(-1)
    if (last && atMs - last.atMs < CHAPTER_MIN_MS) last.all.push(title)
    else groups.push({ atMs, all: [title] })
  }
  return groups.map(({ atMs, all }) => {
    const named = all.length > 1 && all[0] === 'Start' ? all.slice(1) : all
    return { atMs, title: shortened(named.join(' · ')) }
  })
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`
}

/** Returns the title as one line of limited length, without splitting a character. */
function shortened(title: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are removed here
  const line = title.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim()
  if (Buffer.byteLength(line) <= TITLE_MAX_BYTES) return line
  let kept = ''
  for (const character of line) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) > TITLE_MAX_BYTES - 3) break
    kept += character
  }
  return `${kept}…`
}
