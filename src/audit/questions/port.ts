import type {
  ActQuery,
  AuditedAccess,
  AuditedRecordingQuery,
  AuditPage,
  ClientActivity,
  GapEntry,
  LongPause,
  Refusal,
  Untagged,
} from '../../contract/audit.ts'
import type { EventType, LogEvent } from '../../contract/events.ts'
import type { GapReason } from '../../contract/gap-reason.ts'
import type { Medium } from '../../contract/media.ts'

/** Which events are wanted. */
export interface EventsQuery extends ActQuery {
  types?: readonly EventType[] | undefined
  recordingId?: string | undefined
}

/** Which gaps are wanted. */
export interface GapsQuery extends AuditedRecordingQuery {
  /** Default: those that nobody wanted. */
  reasons?: readonly GapReason[] | undefined
  media?: readonly Medium[] | undefined
}

/** Which pauses are wanted. */
export interface LongPausesQuery extends AuditedRecordingQuery {
  minSeconds: number
}

/** Which recordings are wanted: those without any tag, or without a tag with a key. */
export interface UntaggedQuery extends AuditedRecordingQuery {
  key?: string | undefined
}

/**
 * The auditor's questions. All of them reject with INVALID_REQUEST (a cursor of another list) and
 * STORAGE_UNAVAILABLE; those that open sealed values with KEY_UNAVAILABLE.
 */
export interface AuditPort {
  /** Events of the log. */
  events(query: EventsQuery): Promise<AuditPage<LogEvent>>
  /** Who asked for what, and why it was refused. */
  refusals(query: ActQuery): Promise<AuditPage<Refusal>>
  /** Who has seen what, in all recordings. */
  accesses(query: ActQuery): Promise<AuditPage<AuditedAccess>>
  /** Counts what each client did, day by day. */
  clientActivity(query: ActQuery): Promise<AuditPage<ClientActivity>>
  /** Stretches without media that began in the period. */
  gaps(query: GapsQuery): Promise<AuditPage<GapEntry>>
  /** Pauses that somebody asked for, that began in the period, and that were long. */
  longPauses(query: LongPausesQuery): Promise<AuditPage<LongPause>>
  /** Closed recordings that were started in the period and have no tag. */
  untagged(query: UntaggedQuery): Promise<AuditPage<Untagged>>
}
