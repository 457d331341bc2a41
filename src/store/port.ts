import type { IdempotencyKey, TagValue } from '../contract/commands.ts'
import type { CustodyRules } from '../contract/custody.ts'
import type { RecorderError } from '../contract/errors.ts'
import type {
  EventData,
  EventOf,
  LogEvent,
  NewEvent,
  SegmentDescription,
} from '../contract/events.ts'
import type { Contradiction } from '../contract/outsiders.ts'
import type { RecordingState } from '../contract/states.ts'
import type { RecordingView, TagEntry } from '../contract/views.ts'
import type { AuditLog } from './audit/audit-port.ts'
import type { LogFinding } from './opening/log-finding.ts'
import type { ReadableLog, StoredRecord } from './records/read-records.ts'
import type { TrustedTime } from './state/trusted-time.ts'
import type { UnfinishedFile } from './state/unfinished-files.ts'
import type { LogProofs } from './tree/proofs-port.ts'

/** Part of the port: the log as an auditor reads it. */
export type * from './audit/audit-port.ts'
/** Part of the port: a stored view that does not fit the log, and what a verification finds. */
export { DamagedViewError } from './database/checksum.ts'
export { LogFinding } from './opening/log-finding.ts'
export type { TrustedTime } from './state/trusted-time.ts'
export type { UnfinishedFile } from './state/unfinished-files.ts'
/** Part of the port: proofs about the log. */
export type { LogProofs } from './tree/proofs-port.ts'
export type { SigningKeyEntry } from './tree/signing-key-events.ts'

/** The HTTP status and body that a command returns. */
export interface CommandAnswer {
  status: number
  body: unknown
}

/** An answer that is kept for retransmissions, with the fingerprint of its request. */
export interface KeptAnswer {
  fingerprint: string
  answer: CommandAnswer
}

/** A token in the log. `position` is the place of its creation, by which tokens are ordered. */
export type Token = EventData['token.created'] & { createdAt: string; position: number }

/** One atomic append of events with their answers and projections. */
export interface AppendRequest {
  /** In order. The log assigns each the next position. */
  events: NewEvent[]
  /** The answers to the commands that these events complete. */
  answers?: AnswerToKeep[]
  /**
   * Deletes kept answers that may never have left, so that their keys run again: all of them, or
   * those that claim that media flow.
   */
  voidUnacknowledged?: 'all' | 'claimingMedia' | undefined
}

/** An answer rendered from the recordings after a batch, and kept with it for retransmissions. */
export interface AnswerToKeep {
  /** Undefined: the answer is rendered but not kept. */
  idempotency: IdempotencyKey | undefined
  /** Whether it claims that media flow, which is untrue once the recorder has died. */
  claimsMedia?: boolean
  /** Called synchronously in `append`, with the events of the batch as they are placed. */
  render(
    view: (id: string) => RecordingView | undefined,
    events: readonly LogEvent[],
  ): CommandAnswer
}

/** A batch that is being written. */
export interface Appended {
  /** The events with their positions. They are not durable yet. */
  events: LogEvent[]
  /** The answers that each `render` returned, in order. */
  answers: CommandAnswer[]
  /**
   * Resolves when the batch is on disk (group commit, fsync); rejects with {@link RecorderError}
   * STORAGE_UNAVAILABLE or STORAGE_FULL when it cannot be written.
   */
  committed: Promise<void>
}

/** A page of a list. `cursor` is where the next page starts, null at the end. */
export interface Page<T> {
  items: T[]
  cursor: string | null
}

/** Which recordings to list. All conditions must be met. */
export interface RecordingQuery {
  state?: RecordingState
  /** Started at or after / before (RFC 3339). */
  from?: string
  to?: string
  /** Current values, type included. */
  tags?: Record<string, TagValue>
  /** The beginnings of words in current tag values that must all be there. */
  text?: string
  /** The client that started the recording. */
  client?: string
  /** Only recordings with gaps that nobody wanted. */
  gaps?: true
  limit: number
  cursor?: string
}

/** Which records of a recording to read. */
export interface RecordsQuery {
  recordingId: string
  after: number
  limit: number
}

/** Which closed recordings to read, and which of their tags. */
export interface ClosedQuery {
  /** Started before (RFC 3339). */
  to?: string
  tagKeys: ReadonlySet<string>
  /** How many are decoded in one turn of the event loop (default 50). */
  atATime?: number
}

/** All values that tags of a recording ever had, oldest first. */
export interface TagHistory {
  entries: readonly TagEntry[]
  /** Position of the event that tagged it last; 0 when none did. */
  position: number
}

/** Returns a view as readers are shown it. It never changes whether a recording is closed. */
export type ToShown = (view: RecordingView) => RecordingView

/**
 * Whether the log is verified, and whether it can be written: `verifying` while it is in use and
 * its beginning is being verified, `reopening` while it takes no events.
 */
export type LogStatus = 'reopening' | 'verifying' | 'verified' | 'readOnly'

/** How far the verification of a log has come. Both count events. */
export interface VerificationProgress {
  done: number
  total: number
}

/**
 * The event log and its projections in one LevelDB folder with one writer.
 * The first failed write makes it read-only. `reopen` closes, opens and verifies it again.
 */
export interface EventLog {
  readonly status: LogStatus
  /** How far the verification in the background has come; undefined when there is none. */
  readonly verification: VerificationProgress | undefined
  /**
   * Resolves when every event, view and stored state that the log had at its opening is verified,
   * or verified again after it was reopened: at once, or in the background. Rejects with
   * {@link LogFinding} when anything differs. The log is then read-only, unless the repair can
   * wait. Rejects with NOT_READY when the log is closed or reopened before.
   */
  verified(): Promise<void>
  /** Position of the last durable event; 0 when there is none. */
  readonly position: number
  /**
   * Set when the log was opened although its witness is lost. The event `log.witnessLost` with this
   * data must then be the first that is appended: until it is durable, no witness is written.
   */
  readonly lostWitness: EventData['log.witnessLost'] | undefined
  /**
   * Set when stored views did not agree with the log when it was opened, or tables of the database
   * were damaged: the data of the event that says so. The views have been rebuilt from the log.
   */
  readonly rebuiltViews: EventData['log.viewsRebuilt'] | undefined
  /** Writes the witness of the last durable event now, rather than within a second. */
  writeWitness(): Promise<void>
  /** Time of the last durable event (RFC 3339); null when there is none. */
  readonly lastEventAt: string | null
  /**
   * Adds a batch to the group commit. Batches become durable in the order of the calls. Throws
   * RecorderError STORAGE_UNAVAILABLE or STORAGE_FULL when the log is read-only, INTERNAL when an
   * invariant is broken.
   */
  append(batch: AppendRequest): Appended
  /**
   * Position up to which every outcome has been handed on to its client, as far as is known. After
   * an opening the last write may be beyond it.
   */
  readonly acknowledged: number
  /**
   * Records that every outcome up to a position has been handed on. If there is an answer among
   * them that claims that media flow, this survives the death of the process but, until the next
   * append, not of the machine. Rejects when it cannot be written; the log is then read-only.
   */
  acknowledge(position: number): Promise<void>
  /**
   * Makes the log read-only until it is reopened. Batches that wait are never written. A batch that
   * is being written is rejected, too, although it may still reach the disk.
   */
  fail(reason: RecorderError): void
  /** The log as an auditor reads it. */
  readonly audit: AuditLog
  /** Reads durable events after a position, oldest first. */
  events(query: { after: number; limit: number; recordingId?: string }): Promise<LogEvent[]>
  /**
   * Reads the records of a recording's durable events as they are stored, byte for byte, with their
   * values sealed. Oldest first, after a position. Rejects with STORAGE_UNAVAILABLE.
   */
  records(query: RecordsQuery): Promise<StoredRecord[]>
  /**
   * Returns the recording according to its durable events; undefined when there is none, or its
   * start was rolled back. One that is not closed is read from memory.
   */
  recording(id: string): Promise<RecordingView | undefined>
  /** Whether `recording` would return one. */
  hasRecording(id: string): Promise<boolean>
  /**
   * Returns the recording after everything that was appended, durable or not; undefined like
   * `recording`. Reads a closed one from the disk, synchronously, in some microseconds.
   */
  pending(id: string): RecordingView | undefined
  /** Returns the erasures that have begun and are not complete, oldest first. */
  unfinishedErasures(): EventOf<'recording.erasing'>[]
  /** Returns the files of segments that no event has finished, those being captured included. */
  unfinishedFiles(): UnfinishedFile[]
  /** The time as the durable events prove it. */
  readonly trustedTime: TrustedTime
  /** The witnesses that contradict the log, by its durable events; null while none does. */
  readonly contradiction: Contradiction | null
  /** Returns durable views of the recordings that are not closed, oldest first, unconfirmed too. */
  openRecordings(): RecordingView[]
  /**
   * Lists recordings, newest first, without unconfirmed and rolled-back ones. `toShown` makes of a
   * durable view the one that is listed, and that the query must match.
   */
  recordings(query: RecordingQuery, toShown?: ToShown): Promise<Page<RecordingView>>
  /**
   * Reads the closed recordings that are not erased, newest first, and gives way to other work.
   * Their views have only the tags that are asked for, and no tracks.
   */
  closedRecordings(query: ClosedQuery): AsyncIterable<RecordingView>
  /** Reads what has tagged a recording. Only what is newer than a history that is known is read. */
  tagHistory(id: string, known?: TagHistory): Promise<TagHistory>
  segments(id: string, query: { limit: number; cursor?: string }): Promise<Page<SegmentDescription>>
  segment(id: string, medium: string, number: number): Promise<SegmentDescription | undefined>
  /**
   * Returns whether an answer is kept. Reads memory only, so that a pause never waits for the disk.
   */
  hasAnswer(key: Pick<IdempotencyKey, 'client' | 'key'>): boolean
  /**
   * Returns the kept answer for a client's key; undefined when it is over 24 hours of a running
   * recorder old.
   */
  answer(key: Pick<IdempotencyKey, 'client' | 'key'>): Promise<KeptAnswer | undefined>
  /** Returns the newest rules of custody in the log; undefined when it has none. */
  rules(): CustodyRules | undefined
  /**
   * Clears what erased recordings have left in the files of the database: names of their tags.
   * Resolves when that is on disk. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL.
   */
  clearErased(): Promise<void>
  /** Returns the tokens that are not revoked, oldest first. */
  tokens(): Token[]
  /** Proofs about the durable events. */
  readonly proofs: LogProofs
  /**
   * The database, its last durable event and the recordings that are erased, for a verification. It
   * only reads.
   */
  readonly readable: ReadableLog & { readonly erased: ReadonlySet<string> }
  /**
   * Closes the database, opens it again, and verifies everything at once. Rejects when it still
   * cannot be read or written.
   */
  reopen(): Promise<void>
  /** Waits for queued batches, then closes. */
  close(): Promise<void>
}

/**
 * Space reserved on the log's disk. It is released when the disk is full, so that the log can write
 * how everything ended.
 */
export interface LogBallast {
  /** Its size. */
  readonly bytes: number
  /**
   * Creates the ballast if it is missing. Resolves with false when there is no space for it, or
   * when it was released meanwhile. Never rejects.
   */
  ensure(): Promise<boolean>
  /**
   * Releases the space. Resolves with false when there was none. Never rejects. Waits as long as
   * the disk hangs.
   */
  release(): Promise<boolean>
}
