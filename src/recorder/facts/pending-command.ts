import type { Command } from '../../contract/commands.ts'
import { type ErrorCode, RecorderError } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import type { StoredAnswer } from '../../store/types.ts'
import { isUnconfirmed } from '../open-recordings.ts'
import type { EventBatch, FactCause } from './event-batch.ts'
import type { SegmentRef } from './segment-ledger.ts'

/** Why a medium, and with it a command, failed. */
export interface Failure {
  code: ErrorCode
  detail: string
  medium?: Medium
}

/**
 * How a segment that a command waits for ended. `overtaken`: a pause or stop came before its media
 * flowed.
 */
export type SegmentOutcome = 'flowing' | 'ended' | 'unfinished' | 'overtaken' | Failure

/** An accepted command whose outcome is not confirmed yet. */
export class PendingCommand {
  readonly command: Command
  readonly cause: FactCause
  readonly recordingId: string
  /** What its segments must do: media flow, or end. */
  readonly goal: 'flowing' | 'ended'
  /** Set while the start is being rolled back. */
  reverting: Failure | undefined
  /** The answer to its client, when the outcome is on disk. */
  readonly answered: Promise<StoredAnswer>
  resolve!: (answer: StoredAnswer) => void
  reject!: (error: unknown) => void
  #waits = new Map<string, { ref: SegmentRef; outcome: SegmentOutcome | undefined }>()

  constructor(
    command: Command,
    cause: FactCause,
    recordingId: string,
    goal: 'flowing' | 'ended',
    waits: SegmentRef[],
  ) {
    this.command = command
    this.cause = cause
    this.recordingId = recordingId
    this.goal = goal
    this.answered = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // The client may have hung up; an unhandled rejection would end the daemon.
    this.answered.catch(() => {})
    this.waitFor(waits)
  }

  waitFor(refs: SegmentRef[]): void {
    this.#waits = new Map(
      refs.map((ref) => [`${ref.medium}/${ref.segment}`, { ref, outcome: undefined }]),
    )
  }

  waitsFor(recordingId: string, medium: Medium, segment: number): boolean {
    return (
      this.recordingId === recordingId &&
      this.#waits.get(`${medium}/${segment}`)?.outcome === undefined &&
      this.#waits.has(`${medium}/${segment}`)
    )
  }

  note(medium: Medium, segment: number, outcome: SegmentOutcome): void {
    const wait = this.#waits.get(`${medium}/${segment}`)
    if (!wait || wait.outcome !== undefined) return
    const ends = this.goal === 'ended' || this.reverting !== undefined
    if (ends && outcome === 'flowing') return
    if (ends && typeof outcome === 'object') wait.outcome = 'ended'
    else
      wait.outcome =
        !ends && (outcome === 'ended' || outcome === 'unfinished') ? 'overtaken' : outcome
  }

  /** Settles every segment that is still open as failed or unfinished. */
  expire(): void {
    for (const wait of this.#waits.values()) {
      if (wait.outcome !== undefined) continue
      const { medium } = wait.ref
      if (this.goal === 'ended' || this.reverting) wait.outcome = 'unfinished'
      else
        wait.outcome = {
          code: 'CAPTURE_FAILED',
          detail: `The ${medium} did not deliver in time.`,
          medium,
        }
    }
  }

  /** The media that it acts on. */
  get media(): Medium[] {
    return [...this.#waits.values()].map((wait) => wait.ref.medium)
  }

  get outcomes(): (SegmentOutcome | undefined)[] {
    return [...this.#waits.values()].map((wait) => wait.outcome)
  }
}

/** How a command ended: with this status, or with this failure. */
export type Settlement = { status: number } | { failure: Failure }

const isFailure = (outcome: SegmentOutcome | undefined): outcome is Failure =>
  typeof outcome === 'object'

const OVERTAKEN: Failure = {
  code: 'INTERRUPTED',
  detail: 'A pause or stop arrived before the media flowed.',
}
const UNFINISHED: Failure = {
  code: 'STORAGE_UNAVAILABLE',
  detail:
    'Capture has ended, but its file could not be finished on the disk in time; it is finished as soon as the disk allows.',
}

/**
 * The outcome of a command, when it is known. Begins to roll a start back when that is what its
 * failure asks for.
 */
export function settlementOf(pending: PendingCommand, batch: EventBatch): Settlement | undefined {
  const { outcomes } = pending
  const done = outcomes.every((outcome) => outcome !== undefined)
  if (pending.reverting) return done ? { failure: pending.reverting } : undefined
  if (pending.goal === 'ended') {
    if (!done) return undefined
    return outcomes.includes('unfinished') ? { failure: UNFINISHED } : { status: 200 }
  }
  const failure = outcomes.find(isFailure)
  const { command } = pending
  if (command.name === 'recording.start') {
    const flows = outcomes.includes('flowing')
    const all = command.request.require === 'all'
    if (failure && (all || (done && !flows))) return rollBack(pending, failure, batch)
    if (!done) return undefined
    return flows ? { status: 201 } : { failure: OVERTAKEN }
  }
  if (!done) return undefined
  if (failure) return { failure }
  return outcomes.includes('flowing') ? { status: 200 } : { failure: OVERTAKEN }
}

/**
 * None of the media may go on: ends what this start has begun, and waits for that. What was
 * captured is removed, unless somebody else's command has been accepted on the recording meanwhile:
 * then it stays, and what it holds.
 */
function rollBack(
  pending: PendingCommand,
  failure: Failure,
  batch: EventBatch,
): Settlement | undefined {
  const { recordingId } = pending
  const how = isUnconfirmed(batch.recording(recordingId)) ? 'reverted' : 'command'
  const begun: SegmentRef[] = []
  for (const medium of pending.media) {
    const { value, context } = batch.recording(recordingId).tracks[medium]
    if (value !== 'starting' && value !== 'recording' && value !== 'recovering') continue
    batch.cut(recordingId, medium, how)
    begun.push({ medium, segment: context.segment })
  }
  pending.reverting = failure
  pending.waitFor(begun)
  return begun.length === 0 ? { failure } : undefined
}

/** Adds the facts that end a command. */
export function conclude(pending: PendingCommand, settlement: Settlement, batch: EventBatch): void {
  const { command, recordingId, cause } = pending
  if ('failure' in settlement) {
    batch.add(
      recordingId,
      'command.failed',
      { command: command.name, ...settlement.failure },
      cause,
    )
    if (command.name === 'recording.start') concludeFailedStart(pending, settlement.failure, batch)
    if (command.name === 'recording.close' && cause.by.side === 'system') {
      batch.closeLater.push({ id: recordingId, reason: 'timer' })
    }
    return
  }
  // The next start may have closed it meanwhile.
  if (batch.recordings.has(recordingId)) {
    if (command.name === 'recording.start') {
      batch.confirm(recordingId)
      batch.closeOthers(recordingId)
    }
    if (command.name === 'recording.close')
      batch.add(recordingId, 'recording.closed', { reason: closeReason(pending) }, cause)
    else batch.derive(recordingId, 'stopped')
  }
  batch.add(
    recordingId,
    'command.completed',
    { command: command.name, status: settlement.status },
    cause,
  )
}

function concludeFailedStart(pending: PendingCommand, failure: Failure, batch: EventBatch): void {
  const { recordingId, cause } = pending
  const recording = batch.recordings.get(recordingId)
  if (!recording) return
  if (isUnconfirmed(recording))
    batch.add(recordingId, 'recording.startFailed', { ...failure }, cause)
  else if (pending.reverting) batch.derive(recordingId, 'failed')
  // Overtaken by a pause or stop: the recording goes on.
  else batch.closeOthers(recordingId)
}

function closeReason(pending: PendingCommand): 'command' | 'timer' {
  return pending.cause.by.side === 'system' ? 'timer' : 'command'
}

/** The error for the client of a failed command. */
export function failureError(
  pending: PendingCommand,
  { code, detail, medium }: Failure,
): RecorderError {
  const members = {
    ...(medium ? { medium } : {}),
    ...(pending.command.name === 'recording.start' ? {} : { recordingId: pending.recordingId }),
  }
  return new RecorderError(code, detail, { members })
}
