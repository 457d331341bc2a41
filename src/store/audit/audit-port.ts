import type { AuditOrder } from '../../contract/audit.ts'
import type { Side } from '../../contract/by.ts'
import type { EventType, LogEvent } from '../../contract/events.ts'
import type { Medium } from '../../contract/media.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { TracedGap } from '../projection/gaps.ts'
import type { SearchSummary } from '../views/search-summary.ts'
import type { EventKind } from './audit-block.ts'

/** Which events are wanted. All conditions must be met. */
export interface EventFilter {
  types?: readonly EventType[]
  side?: Side
  client?: string
  /** At or after / before (RFC 3339). */
  from?: string
  to?: string
}

/** A page of the events that are wanted. */
export interface EventPageQuery extends EventFilter {
  recordingId?: string
  order: AuditOrder
  limit: number
  /** The position of the last event of the page before. */
  after?: number
}

/** A page of events. `next` is the `after` of the next page; null at the end. */
export interface EventPage {
  items: LogEvent[]
  next: number | null
}

/** Which recordings are wanted. */
export interface AuditedQuery {
  order: AuditOrder
  /** Started before (RFC 3339). */
  to?: string
  /** The first recording, by its sort key. */
  resumeAt?: string
  /** Returns whether a closed recording may be wanted, by its summary. */
  mayMatch(summary: SearchSummary): boolean
}

/** A recording as an auditor reads it. Sealed values in its view are not opened. */
export interface AuditedRecording {
  /** Orders recordings by time. */
  sortKey: string
  view: RecordingView
  gaps: { medium: Medium; gap: TracedGap }[]
}

/** Returns the span of time (epoch ms, its end excluded) to which a time belongs, e.g. its day. */
export type SpanOf = (at: number) => { from: number; to: number }

/**
 * Called with how many events of a kind there are in the span of a time. `position` is that of a
 * single event; null for several. An event that stands for several always comes alone.
 */
export type TallyVisit = (
  kind: EventKind,
  at: number,
  count: number,
  position: number | null,
) => void

/** The log as the auditor's questions read it: through indexes, and only what is durable. */
export interface AuditLog {
  /** Reads a page of events. Rejects with STORAGE_UNAVAILABLE and KEY_UNAVAILABLE. */
  events(query: EventPageQuery): Promise<EventPage>
  /**
   * Counts the events that are wanted by kind and span of time, without reading them. Rejects with
   * STORAGE_UNAVAILABLE.
   */
  tally(filter: EventFilter, spanOf: SpanOf, visit: TallyVisit): Promise<void>
  /** Reads the events at some positions. Sealed values in them are not opened. */
  factsAt(positions: readonly number[]): Promise<LogEvent[]>
  /** Reads the events of a recording with these types. Sealed values are not opened. */
  factsOf(id: string, types: readonly EventType[]): Promise<LogEvent[]>
  /** Whether a recording is erased, or its erasure has begun. */
  isErased(id: string): boolean
  /** Reads recordings by the time of their start, without unconfirmed and rolled-back ones. */
  recordings(query: AuditedQuery): AsyncIterable<AuditedRecording>
}

/** Part of the port. */
export type { SearchSummary } from '../views/search-summary.ts'
export type { EventKind, TracedGap }
