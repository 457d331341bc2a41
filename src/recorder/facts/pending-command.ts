import type { Command, CommandName } from '../../contract/commands.ts'
import { type ErrorCode, RecorderError } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import { segmentKey } from '../../contract/segment-key.ts'
import { isCapturingTrack } from '../../machines/recording-fold.ts'
import type { StoredAnswer } from '../../store/port.ts'
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

/** Commands that are complete when media flow; the others, when their segments have ended. */
const STARTING: ReadonlySet<CommandName> = new Set([
  'recording.start',
  'track.start',
  'track.resume',
])

/** An accepted command whose outcome is not confirmed yet. */
export class PendingCommand {
  readonly command: Command
  readonly cause: FactCause
  readonly recordingId: string
  /** The goal of its segments: media flow, or end. */
  readonly goal: 'flowing' | 'ended'
  /** Set while the start is being rolled back. */
  reverting: Failure | undefined
  /** The answer to its client, when the outcome is on disk. */
  readonly answered: Promise<StoredAnswer>
  resolve!: (answer: StoredAnswer) => void
  reject!: (error: unknown) => void
  #waits = new Map<string, { ref: SegmentRef; outcome: SegmentOutcome | undefined }>()

  constructor(command: Command, cause: FactCause, recordingId: string, waits: SegmentRef[]) {
    this.command = command
    this.cause = cause
    this.recordingId = recordingId
    this.goal = STARTING.has(command.name) ? 'flowing' : 'ended'
    this.answered = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // The client may have hung up; an unhandled rejection would end the daemon.
    this.answered.catch(() => {})
    this.expectSegments(waits)
  }

  expectSegments(refs: SegmentRef[]): void {
    this.#waits = new Map(
      refs.map((ref) => [segmentKey(ref.medium, ref.segment), { ref, outcome: undefined }]),
    )
  }

  expects(recordingId: string, medium: Medium, segment: number): boolean {
    return (
      this.recordingId === recordingId &&
      this.#waits.get(segmentKey(medium, segment))?.outcome === undefined &&
      this.#waits.has(segmentKey(medium, segment))
    )
  }

  recordOutcome(medium: Medium, segment: number, outcome: SegmentOutcome): void {
    const wait = this.#waits.get(segmentKey(medium, segment))
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

/** How a pending command ended, or that its start must be rolled back; undefined while open. */
export type Decision = Settlement | { rollBack: Failure } | undefined

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

/** How a command ended, or that it must be rolled back; undefined while that is open. Pure. */
export function settlementOf(pending: PendingCommand): Decision {
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
    if (failure && (all || (done && !flows))) return { rollBack: failure }
    if (!done) return undefined
    return flows ? { status: 201 } : { failure: OVERTAKEN }
  }
  if (!done) return undefined
  if (failure) return { failure }
  return outcomes.includes('flowing') ? { status: 200 } : { failure: OVERTAKEN }
}

/**
 * Cuts everything that a failed start has begun; the command then waits for those segments to end.
 * The files are removed, unless another command has been accepted on the recording meanwhile.
 */
export function rollBack(pending: PendingCommand, failure: Failure, batch: EventBatch): void {
  const { recordingId } = pending
  const how = isUnconfirmed(batch.recording(recordingId)) ? 'reverted' : 'command'
  const begun: SegmentRef[] = []
  for (const medium of pending.media) {
    const track = batch.recording(recordingId).tracks[medium]
    if (!isCapturingTrack(track)) continue
    batch.cut(recordingId, medium, how)
    begun.push({ medium, segment: track.context.segment })
  }
  pending.reverting = failure
  pending.expectSegments(begun)
}

/** Adds the facts that end a command. */
export function settle(pending: PendingCommand, settlement: Settlement, batch: EventBatch): void {
  const { command, recordingId, cause } = pending
  if ('failure' in settlement) {
    batch.add(
      recordingId,
      'command.failed',
      { command: command.name, ...settlement.failure },
      cause,
    )
    if (command.name === 'recording.start') settleFailedStart(pending, settlement.failure, batch)
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

function settleFailedStart(pending: PendingCommand, failure: Failure, batch: EventBatch): void {
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
