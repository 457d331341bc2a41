/** Chapters: what was noted while it was recorded, and where something is missing. Pure. */
import type { Medium } from '../contract/media.ts'
import { type ChapterTag, REASON_WORDS } from './port.ts'
import { commonGaps, isMedia, placeIn, type Timeline } from './timeline.ts'

/** A chapter; it ends where the next begins. */
export interface Chapter {
  atMs: number
  title: string
}

/** Shorter gaps are only the seams between pieces. */
const GAP_MIN_MS = 1_000
const CHAPTER_MIN_MS = 500
/** Players keep a title's length in one byte. */
const TITLE_MAX_BYTES = 200
const NAMES: Record<Medium, string> = { mic: 'Microphone', speaker: 'Speaker', screen: 'Screen' }

/**
 * The chapters of a recording, the first at 0, no two at the same time. `whole` is the uncut time
 * line, `timeline` the one of the file. Tags given at the start describe the recording and are no
 * chapters, but those whose key begins with `marker`.
 */
export function chaptersOf(
  whole: Timeline,
  timeline: Timeline,
  tags: readonly ChapterTag[],
): Chapter[] {
  const place = placeIn(timeline)
  const found: Chapter[] = [{ atMs: 0, title: 'Start' }]
  for (const { key, value, at } of tags) {
    const ms = Date.parse(at) - whole.startMs
    const counts = !key.startsWith('system.') && (ms > 0 || key.startsWith('marker'))
    if (counts && ms < whole.durationMs)
      found.push({ atMs: place(Math.max(0, ms)), title: `${key}: ${value}` })
  }
  if (timeline.cuts.length > 0) {
    for (const { atMs, fromMs, toMs, reason } of timeline.cuts)
      if (isTold(fromMs, toMs, whole))
        found.push({
          atMs,
          title: `${capital(REASON_WORDS[reason])} (cut, ${clock(toMs - fromMs)})`,
        })
  } else found.push(...gapChapters(commonGaps(whole), '', whole))
  found.push(...trackGaps(whole, timeline))
  return merged(found.filter(({ atMs }) => atMs < timeline.durationMs))
}

/** Gaps of one track while others go on. */
function trackGaps(whole: Timeline, timeline: Timeline): Chapter[] {
  const common = commonGaps(whole)
  return timeline.tracks.flatMap(({ medium, pieces }) => {
    const gaps = pieces.flatMap((piece) =>
      isMedia(piece) ? [] : [{ ...piece, reason: piece.gap }],
    )
    // On the uncut time line a gap of all tracks is told once already.
    const own =
      timeline.cuts.length > 0
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
    return gapChapters(own, NAMES[medium], timeline)
  })
}

function gapChapters(
  gaps: readonly { fromMs: number; toMs: number; reason: keyof typeof REASON_WORDS }[],
  name: string,
  timeline: Timeline,
): Chapter[] {
  return gaps.flatMap(({ fromMs, toMs, reason }) => {
    if (!isTold(fromMs, toMs, timeline)) return []
    const words = REASON_WORDS[reason]
    const chapters = [{ atMs: fromMs, title: name === '' ? capital(words) : `${name}: ${words}` }]
    if (toMs < timeline.durationMs)
      chapters.push({ atMs: toMs, title: name === '' ? 'Recording' : `${name}: recording` })
    return chapters
  })
}

const isTold = (fromMs: number, toMs: number, { durationMs }: Timeline): boolean =>
  toMs - fromMs >= GAP_MIN_MS && fromMs < durationMs

/** Events closer together than this share a chapter: nobody could choose a shorter one. */
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

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`
}

/** One line, and no character cut in two. */
function shortened(title: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be removed
  const line = title.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim()
  if (Buffer.byteLength(line) <= TITLE_MAX_BYTES) return line
  let kept = ''
  for (const character of line) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) > TITLE_MAX_BYTES - 3) break
    kept += character
  }
  return `${kept}…`
}

/** Metadata and chapters as ffmpeg reads them from a file (its format `ffmetadata`). */
export function ffmetadata(
  metadata: Record<string, string>,
  chapters: readonly Chapter[],
  durationMs: number,
): string {
  const lines = [
    ';FFMETADATA1',
    ...Object.entries(metadata).map(([key, value]) => `${key}=${escaped(value)}`),
  ]
  for (const [at, { atMs, title }] of chapters.entries()) {
    const endMs = chapters[at + 1]?.atMs ?? durationMs
    lines.push(
      '[CHAPTER]',
      'TIMEBASE=1/1000',
      `START=${atMs}`,
      `END=${endMs}`,
      `title=${escaped(title)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

const escaped = (text: string): string => text.replace(/[=;#\\\n]/g, '\\$&')
