import type { IdempotencyKey, TagValue } from '../contract/commands.ts'
import type { EventData, LogEvent, NewEvent, SegmentFacts } from '../contract/events.ts'
import type { RecordingState } from '../contract/media.ts'
import type { RecordingView, TagEntry } from '../contract/resources.ts'

/** An HTTP answer as it was first given, kept for retransmissions. */
export interface StoredAnswer {
  status: number
  body: unknown
}

/** One atomic append: all of it, with its projections, or nothing. */
export interface AppendRequest {
  /** In order; the log gives each the next position. */
  events: NewEvent[]
  /** The answers to the commands that these events complete. */
  answers?: AnswerToKeep[]
}

/**
 * An answer that is made from the recordings as they are after a batch, and kept with it for
 * retransmissions.
 */
export interface AnswerToKeep {
  /** Undefined: the answer is made but not kept. */
  idempotency: IdempotencyKey | undefined
  /** Called at once, in `append`. */
  render(view: (id: string) => RecordingView | undefined): StoredAnswer
}

/** A batch on its way to the disk. */
export interface Appended {
  /** The events with their positions, known at once; not yet durable. */
  events: LogEvent[]
  /** The answers that each `render` returned, in order. */
  answers: StoredAnswer[]
  /**
   * Resolves when the batch is on disk (group commit, fsync); rejects with {@link RecorderError}
   * STORAGE_UNAVAILABLE or STORAGE_FULL when it is not.
   */
  committed: Promise<void>
}

/** A page of a list. `cursor`: where the next page starts, null at the end. */
export interface Page<T> {
  items: T[]
  cursor: string | null
}

/** Which recordings to list. All conditions must hold. */
export interface RecordingQuery {
  state?: RecordingState
  /** Started at or after / before (RFC 3339). */
  from?: string
  to?: string
  /** Current values, type included. */
  tags?: Record<string, TagValue>
  limit: number
  cursor?: string
}

/** How far the log can be trusted. */
export type LogStatus = 'verifying' | 'verified' | 'readOnly'

/**
 * The event log and its projections in one LevelDB folder with one writer.
 * The first failed write makes it read-only; `reopen` closes, opens, and verifies it again.
 */
export interface EventLog {
  readonly status: LogStatus
  /** Position of the last durable event; 0 when there is none. */
  readonly position: number
  /**
   * Takes a batch into the group commit. Batches become durable in the order of the calls.
   * Throws RecorderError STORAGE_UNAVAILABLE or STORAGE_FULL at once when the log is read-only.
   * INTERNAL where an invariant is broken.
   */
  append(batch: AppendRequest): Appended
  /** Durable events after a position, oldest first. */
  events(query: { after: number; limit: number; recordingId?: string }): Promise<LogEvent[]>
  /**
   * The recording as its durable events tell it; undefined when there is none (or its start was
   * rolled back). Synchronous for those not closed.
   */
  recording(id: string): Promise<RecordingView | undefined>
  /** Durable views of recordings that are not closed, oldest first; also an unconfirmed one. */
  open(): RecordingView[]
  /** Newest first. Unconfirmed and rolled-back recordings are not listed. */
  recordings(query: RecordingQuery): Promise<Page<RecordingView>>
  tagHistory(id: string): Promise<TagEntry[]>
  segments(id: string, query: { limit: number; cursor?: string }): Promise<Page<SegmentFacts>>
  segment(id: string, medium: string, number: number): Promise<SegmentFacts | undefined>
  /** Whether there is a kept answer; from memory, so that a pause need not wait for the disk. */
  hasAnswer(key: Pick<IdempotencyKey, 'client' | 'key'>): boolean
  /** The kept answer for a client's key: undefined when there is none, or it is older than 24 h. */
  answer(
    key: Pick<IdempotencyKey, 'client' | 'key'>,
  ): Promise<{ fingerprint: string; answer: StoredAnswer } | undefined>
  /** The tokens that were created and not revoked, oldest first. */
  tokens(): (EventData['token.created'] & { createdAt: string })[]
  /**
   * Closes the database, opens it again and verifies order and chain; rejects when it still cannot
   * be read or written.
   */
  reopen(): Promise<void>
  /** Waits for what is queued, then closes. */
  close(): Promise<void>
}

/**
 * Room on the log's disk that is given up when the disk is full, so that the log can write how
 * everything ended.
 */
export interface LogBallast {
  /** How much room it is. */
  readonly bytes: number
  /**
   * Sees to it that it is there. False when there is no room for it, or it was given up meanwhile.
   * Never rejects.
   */
  keep(): Promise<boolean>
  /**
   * Gives the room up. False when there was none to give. Never rejects; a disk that hangs keeps it
   * waiting.
   */
  drop(): Promise<boolean>
}
