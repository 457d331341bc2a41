/** The model of a report: all that it says, as JSON, without a word of any language. */
import type { By } from '../../../contract/by.ts'
import type { CommandName, TagValue } from '../../../contract/commands.ts'
import type { AccessAct, ConsentState } from '../../../contract/custody.ts'
import type { CloseReason, WrapUpReason } from '../../../contract/end-reasons.ts'
import type { ErrorCode } from '../../../contract/errors.ts'
import type { SegmentDescription } from '../../../contract/events.ts'
import type { GapReason } from '../../../contract/gap-reason.ts'
import type { MarkerColour } from '../../../contract/marker.ts'
import type { Medium } from '../../../contract/media.ts'
import type { WarningCode } from '../../../contract/warnings.ts'

/** All that a report says about a recording. Times are RFC 3339 UTC, lengths milliseconds. */
export interface ReportModel {
  recordingId: string
  startedBy: By
  startedAt: string
  endedAt: string | null
  closedAt: string | null
  /** Why the capture was over, and why the recording was closed; null while it is not. */
  endReason: WrapUpReason | null
  closeReason: CloseReason | null
  /** From start to end. */
  lengthMs: number
  /** Time in which one medium at least was recorded. */
  recordedMs: number
  /** The time zone (IANA) of the computer that recorded. */
  timeZone: string
  tracks: ReportTrack[]
  /** The length of the picture: an outage at the end is shortened in it. */
  pictureMs: number
  stretches: Stretch[]
  marks: Mark[]
  tags: ReportTag[]
  consents: ReportConsent[]
  holds: ReportHold[]
  refusals: ReportRefusal[]
  warnings: ReportWarning[]
  interruptions: { at: string; lastSeenAt: string; reason: GapReason }[]
  accesses: { at: string; by: By; act: AccessAct; media: Medium[] }[]
  segments: ReportSegment[]
  /** How many events the recording has, and how many of them are its own facts. */
  events: { count: number; facts: number; first: number; last: number }
}

/** One row of the picture. Its items follow each other from 0 to the end of the picture. */
export interface ReportTrack {
  medium: Medium
  device: string | null
  recordedMs: number
  bytes: number
  segments: number
  /** `gap` is null where the track was recorded. */
  items: { fromMs: number; toMs: number; gap: GapReason | null }[]
}

/** A stretch in which some media were not recorded, for one reason. */
export interface Stretch {
  media: Medium[]
  reason: GapReason
  from: string
  /** Null when it lasts to the end and the end is unknown. */
  to: string | null
  lengthMs: number
  /** Who caused it and who ended it; null when nobody did. */
  by: By | null
  endedBy: By | null
}

/** A moment that the picture marks. `atMs` counts from the start. */
export interface Mark {
  kind: 'tag' | 'marker' | 'refusal' | 'access' | 'consent' | 'warning'
  atMs: number
  /** The colour of a marker. */
  colour: MarkerColour | null
  /**
   * The label of a marker, the key of a tag, the refused command, the state of consent, the code of
   * a warning, or the act.
   */
  label: string
}

/** A tag as it was set. The newest value of a key is the one in force. */
export interface ReportTag {
  key: string
  value: TagValue
  at: string
  by: By
  isCurrent: boolean
}

/** An answer of the customer. */
export interface ReportConsent {
  state: ConsentState
  method: string
  note: string | null
  at: string
  by: By
}

/** A hold, in force or released. */
export interface ReportHold {
  id: string
  reason: string
  at: string
  by: By
  released: { reason: string; at: string; by: By } | null
}

/** A command that was refused. */
export interface ReportRefusal {
  at: string
  by: By
  command: CommandName
  code: ErrorCode
  /** Why, in the words of the recorder. */
  reason: string
  /** How often, where not each refusal has an event of its own. */
  count: number
}

/** A warning, and when it was over; null when it was not while the track was recorded. */
export interface ReportWarning {
  code: WarningCode
  medium: Medium | null
  at: string
  clearedAt: string | null
}

/** A stored file. */
export type ReportSegment = SegmentDescription & {
  /** It was closed after a crash. */
  isSalvaged: boolean
  /** It was damaged then: what lay behind that was cut off, and kept beside it. */
  isDamaged: boolean
  /** The position of the event that says its hashes. */
  position: number
}
