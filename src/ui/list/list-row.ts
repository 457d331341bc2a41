import type { By } from '../../contract/by.ts'
import type { GapReason } from '../../contract/gap-reason.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import { SYSTEM_TAG_PREFIX } from '../../contract/tag-key.ts'
import type { RecordingAnswer } from '../../contract/views.ts'
import { recordedMs } from '../live/recorded-time.ts'
import { isMarker } from '../record/tags/markers.ts'
import type { SearchTag } from './search-words.ts'

/** The properties of a recording that the list keeps. Thousands of them are in memory. */
export interface ListRow {
  id: string
  startedAt: string
  /** The day on which it started here, as `2026-01-31`. */
  day: string
  state: RecordingAnswer['state']
  media: Medium[]
  startedBy: By
  tags: SearchTag[]
  /** Nothing of it can be seen or heard any more. */
  isErased: boolean
  /** The media whose tracks have failed. */
  failed: Medium[]
  /** Whether media are missing without anybody's wish. */
  hasGaps: boolean
  lengthMs: number
  /** The recorder's answer while the length still grows. */
  live: RecordingAnswer | null
}

const SHOWN_TAGS = 3

/** Gaps that somebody wished. */
const WISHED: ReadonlySet<GapReason> = new Set(['paused', 'stopped', 'notStarted'])

/** Returns the row of a recording. */
export function toRow(recording: RecordingAnswer): ListRow {
  const media = MEDIA.filter((medium) => (recording.tracks[medium]?.state ?? 'off') !== 'off')
  const tags = recording.tags.filter(
    ({ key }) => !key.startsWith(SYSTEM_TAG_PREFIX) && !isMarker(key),
  )
  const isOpen = recording.state === 'Active' || recording.state === 'Paused'
  return {
    id: recording.id,
    startedAt: recording.startedAt,
    day: dayOf(new Date(recording.startedAt)),
    state: recording.state,
    isErased: recording.erased !== null,
    media,
    startedBy: recording.startedBy,
    tags: tags.slice(0, SHOWN_TAGS).map(({ key, value }) => ({ key, value: String(value) })),
    failed: media.filter((medium) => recording.tracks[medium]?.state === 'failed'),
    hasGaps: media.some((medium) =>
      recording.tracks[medium]?.gaps.some(({ reason }) => !WISHED.has(reason)),
    ),
    // The open segment counts only in a recording that is still live.
    lengthMs: recordedMs(recording, 0),
    live: isOpen ? recording : null,
  }
}

/** Returns the day of a time here, as `2026-01-31`. */
export function dayOf(time: Date): string {
  const parts = [time.getFullYear(), time.getMonth() + 1, time.getDate()]
  return parts.map((part) => String(part).padStart(2, '0')).join('-')
}
