import { basename } from 'node:path'
import { size } from '../../src/cli/text/quantities.ts'
import { printable } from '../../src/cli/text/style.ts'
import { columns } from '../../src/cli/text/table.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import type { RecordingAnswer, TagEntry } from '../../src/contract/views.ts'
import type { StoredSegment } from './check-media.ts'
import { drawTimeline } from './draw-timeline.ts'

/** A recording with everything that the summary shows. */
export interface Recorded {
  recording: RecordingAnswer & { tagHistory: TagEntry[] }
  segments: readonly StoredSegment[]
}

const NOTABLE_MS = 100

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** A table of the tracks with their files. */
export function tracksTable({ recording, segments }: Recorded): string {
  const rows = MEDIA.flatMap((medium) => {
    const track = recording.tracks[medium]
    if (!track) return []
    const own = segments.filter((segment) => segment.medium === medium)
    const total = [
      medium,
      seconds(track.recordedMs),
      size(track.bytes),
      printable(track.device?.label ?? ''),
    ]
    const files = own.map((segment) => [
      '',
      seconds(segment.durationMs),
      size(segment.bytes),
      `${basename(segment.path)} (${segment.codec}, SHA-256 ${segment.sha256.slice(0, 8)}…)`,
    ])
    return [total, ...files]
  })
  return columns(rows, { indent: '  ', right: [1, 2] })
}

/** A table of the current tags. */
export function tagsTable({ recording }: Recorded): string {
  return columns(
    recording.tags.map((tag) => [tag.key, printable(String(tag.value))]),
    { indent: '  ' },
  )
}

/** A table of the gaps of 100 ms or more, with their reasons. */
export function gapsList({ recording }: Recorded): string {
  const since = (at: string | null): string =>
    at === null ? 'the end' : seconds(Date.parse(at) - Date.parse(recording.startedAt))
  const rows = MEDIA.flatMap((medium) =>
    (recording.tracks[medium]?.gaps ?? [])
      .filter((gap) => gap.to === null || Date.parse(gap.to) - Date.parse(gap.from) >= NOTABLE_MS)
      .map((gap) => [medium, gap.reason, `from ${since(gap.from)} to ${since(gap.to)}`]),
  )
  return columns(rows, { indent: '  ' })
}

/** Makes one mark of the tags that were set at the same time. */
function marks(history: readonly TagEntry[]): { at: number; label: string }[] {
  const byTime = new Map<string, string[]>()
  for (const tag of history) {
    if (tag.key.startsWith('system.')) continue
    byTime.set(tag.at, [...(byTime.get(tag.at) ?? []), tag.key])
  }
  return [...byTime].map(([at, keys]) => ({ at: Date.parse(at), label: keys.join(', ') }))
}

/** The time line of all tracks with their gaps and tags. */
export function timelineOf({ recording, segments }: Recorded): string {
  const to = Date.parse(recording.closedAt ?? recording.endedAt ?? new Date().toISOString())
  const tracks = (Object.keys(recording.tracks) as Medium[]).map((medium) => ({
    name: medium,
    media: segments
      .filter((segment) => segment.medium === medium)
      .map((segment) => ({ from: Date.parse(segment.startedAt), to: Date.parse(segment.endedAt) })),
    gaps: (recording.tracks[medium]?.gaps ?? []).map((gap) => ({
      from: Date.parse(gap.from),
      to: gap.to === null ? to : Date.parse(gap.to),
      reason: gap.reason,
    })),
  }))
  return drawTimeline({
    span: { from: Date.parse(recording.startedAt), to },
    tracks,
    marks: marks(recording.tagHistory),
  })
}
