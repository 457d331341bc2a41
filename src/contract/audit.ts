/** The auditor's questions, and the rows that answer them. Times are RFC 3339 UTC. */
import type { By, ClientSide, Side } from './by.ts'
import type { CommandName } from './commands.ts'
import type { AccessAct } from './custody.ts'
import type { ErrorCode } from './errors.ts'
import type { GapReason } from './gap-reason.ts'
import type { Medium } from './media.ts'

/** Somebody asked for something and did not get it. */
export interface Refusal {
  position: number
  at: string
  by: By
  command: CommandName
  /** The recording that was meant; null when there was none. */
  recordingId: string | null
  /** Whether that recording is erased. */
  erased: boolean
  /** Whose track refused; null when it was not about a track. */
  medium: Medium | null
  code: ErrorCode
  detail: string
  /** How many refusals it stands for. */
  count: number
}

/** A pause of one medium that was longer than asked for, or that goes on. */
export interface LongPause {
  recordingId: string
  erased: boolean
  medium: Medium
  /** The last media before it, and the first after it or the end of capture; null: it goes on. */
  from: string
  to: string | null
  /** Until now, while it goes on. */
  durationMs: number
  /** Null when the log does not say so, as with a segment that was never opened. */
  pausedBy: By | null
  /** Null when it goes on, and when the medium was stopped instead. */
  resumedBy: By | null
  startedBy: By
}

/** A stretch in which a medium of a recording has no media. */
export interface GapEntry {
  recordingId: string
  erased: boolean
  medium: Medium
  reason: GapReason
  from: string
  /** Null: it goes on. */
  to: string | null
  durationMs: number
  startedBy: By
}

/** A recording that was closed without a tag. */
export interface Untagged {
  recordingId: string
  erased: boolean
  startedAt: string
  endedAt: string | null
  closedAt: string | null
  startedBy: By
  /** The keys of the tags that it has, those of the recorder left out. */
  tagKeys: string[]
}

/** The numbers of a day that are counted of a client. */
export const ACTIVITY_COUNTS = [
  'starts',
  'mediaStarts',
  'stops',
  'pauses',
  'resumes',
  'tags',
  'consents',
  'closes',
  'others',
  'failures',
  'refusals',
] as const
/** A number that is counted of a client. */
export type ActivityCount = (typeof ACTIVITY_COUNTS)[number]

/** How much a client did on one day of the recorder's time zone. */
export interface ClientActivity extends Record<ActivityCount, number> {
  /** Such as `2026-01-31`. */
  day: string
  /** Where the day begins and ends, within the period that was asked for. */
  from: string
  to: string
  side: Side
  client: string
}

/** Somebody saw what is in a recording, or searched the recordings. */
export interface AuditedAccess {
  position: number
  at: string
  by: By
  act: AccessAct | 'searched'
  /** Null: the whole log, or a search. */
  recordingId: string | null
  erased: boolean
  media: Medium[]
  /** The keys of the tags that were searched for. */
  keys: string[]
  /** How many recordings a search has shown; null of an access. */
  found: number | null
}

/** The rows of each report. */
export interface AuditReports {
  refusals: Refusal
  'long-pauses': LongPause
  gaps: GapEntry
  untagged: Untagged
  'client-activity': ClientActivity
  accesses: AuditedAccess
}

/** The name of a report. */
export type AuditReportName = keyof AuditReports
/** Every report. */
export const AUDIT_REPORTS = [
  'refusals',
  'long-pauses',
  'gaps',
  'untagged',
  'client-activity',
  'accesses',
] as const satisfies readonly AuditReportName[]

/** Oldest or newest first. */
export const AUDIT_ORDERS = ['oldest', 'newest'] as const
/** The order of rows. */
export type AuditOrder = (typeof AUDIT_ORDERS)[number]

/** The members that all questions have. */
export interface AuditQuery {
  /** At or after / before (RFC 3339). */
  from?: string | undefined
  to?: string | undefined
  client?: string | undefined
  order: AuditOrder
  limit: number
  cursor?: string | undefined
}

/** A question about what clients, or the recorder itself, did. */
export interface ActQuery extends AuditQuery {
  side?: Side | undefined
}

/** A question about recordings, by who started them. */
export interface AuditedRecordingQuery extends AuditQuery {
  side?: ClientSide | undefined
}

/** A page of rows. */
export interface AuditPage<T> {
  items: T[]
  nextCursor: string | null
}

/** A pause is long from here on, in seconds, unless a question says otherwise. */
export const LONG_PAUSE_SECONDS = 300
