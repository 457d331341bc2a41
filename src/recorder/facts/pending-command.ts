import type { Command } from '../../contract/commands.ts'
import { type ErrorCode, RecorderError } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import type { StoredAnswer } from '../../store/types.ts'
import { isUnconfirmed } from '../open-recordings.ts'
import type { Cause, Transaction } from './event-batch.ts'
import type { SegmentRef } from './segment-ledger.ts'

/** What went wrong with a medium. */
export interface Failure {
  code: ErrorCode
  detail: string
  medium?: Medium
}

/** How the segment that a command waits for turned out. `overtaken`: a pause or stop came before its media flowed. */
export type Outcome = 'flowing' | 'ended' | 'unfinished' | 'overtaken' | Failure

/** An accepted command whose outcome is not confirmed yet. */
export class InFlight {
  readonly command: Command
  readonly cause: Cause
  readonly recordingId: string
  /** What its segments must do: media flow, or end. */
  readonly goal: 'flowing' | 'ended'
  /** Set while the start is being rolled back. */
  reverting: Failure | undefined
  /** The answer to its client, when the outcome is on disk. */
  readonly answered: Promise<StoredAnswer>
  resolve!: (answer: StoredAnswer) => void
  reject!: (error: unknown) => void
  #waits = new Map<string, { ref: SegmentRef; outcome: Outcome | undefined }>()

  constructor(
    command: Command,
    cause: Cause,
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
    // Whoever asked may have hung up; that must not end the daemon.
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

  note(medium: Medium, segment: number, outcome: Outcome): void {
    const wait = this.#waits.get(`${medium}/${segment}`)
    if (!wait || wait.outcome !== undefined) return
    const ends = this.goal === 'ended' || this.reverting !== undefined
    if (ends && outcome === 'flowing') return
    if (ends && typeof outcome === 'object') wait.outcome = 'ended'
    else
      wait.outcome =
        !ends && (outcome === 'ended' || outcome === 'unfinished') ? 'overtaken' : outcome
  }

  /** Gives up on what has not turned out yet. */
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

  get outcomes(): (Outcome | undefined)[] {
    return [...this.#waits.values()].map((wait) => wait.outcome)
  }
}

/** How a command ended: with this status, or with this failure. */
export type Verdict = { status: number } | { failure: Failure }

const isFailure = (outcome: Outcome | undefined): outcome is Failure => typeof outcome === 'object'

const OVERTAKEN: Failure = {
  code: 'INTERRUPTED',
  detail: 'A pause or stop arrived before the media flowed.',
}
const UNFINISHED: Failure = {
  code: 'STORAGE_UNAVAILABLE',
  detail:
    'Capture has ended, but its file could not be finished on the disk in time; it is finished as soon as the disk allows.',
}

/** The outcome of a command, when it is known. Begins to roll a start back when that is what its failure asks for. */
export function verdictOf(flight: InFlight, tx: Transaction): Verdict | undefined {
  const { outcomes } = flight
  const done = outcomes.every((outcome) => outcome !== undefined)
  if (flight.reverting) return done ? { failure: flight.reverting } : undefined
  if (flight.goal === 'ended') {
    if (!done) return undefined
    return outcomes.includes('unfinished') ? { failure: UNFINISHED } : { status: 200 }
  }
  const failure = outcomes.find(isFailure)
  const { command } = flight
  if (command.name === 'recording.start') {
    const flows = outcomes.includes('flowing')
    const all = command.request.require === 'all'
    if (failure && (all || (done && !flows))) return rollBack(flight, failure, tx)
    if (!done) return undefined
    return flows ? { status: 201 } : { failure: OVERTAKEN }
  }
  if (!done) return undefined
  if (failure) return { failure }
  return outcomes.includes('flowing') ? { status: 200 } : { failure: OVERTAKEN }
}

/**
 * None of the media may go on: ends what this start has begun, and waits for that. What was captured is removed, unless
 * somebody else's command has been accepted on the recording meanwhile: then it stays, and what it holds.
 */
function rollBack(flight: InFlight, failure: Failure, tx: Transaction): Verdict | undefined {
  const { recordingId } = flight
  const how = isUnconfirmed(tx.recording(recordingId)) ? 'reverted' : 'command'
  const begun: SegmentRef[] = []
  for (const medium of flight.media) {
    const { value, context } = tx.recording(recordingId).tracks[medium]
    if (value !== 'starting' && value !== 'recording' && value !== 'recovering') continue
    tx.cut(recordingId, medium, how)
    begun.push({ medium, segment: context.segment })
  }
  flight.reverting = failure
  flight.waitFor(begun)
  return begun.length === 0 ? { failure } : undefined
}

/** Adds the facts with which a command ends. */
export function conclude(flight: InFlight, verdict: Verdict, tx: Transaction): void {
  const { command, recordingId, cause } = flight
  if ('failure' in verdict) {
    tx.add(recordingId, 'command.failed', { command: command.name, ...verdict.failure }, cause)
    if (command.name === 'recording.start') concludeFailedStart(flight, verdict.failure, tx)
    if (command.name === 'recording.close' && cause.by.side === 'system') {
      tx.closeLater.push({ id: recordingId, reason: 'timer' })
    }
    return
  }
  // It may have been closed by the next start meanwhile.
  if (tx.world.has(recordingId)) {
    if (command.name === 'recording.start') {
      tx.confirm(recordingId)
      tx.closeOthers(recordingId)
    }
    if (command.name === 'recording.close')
      tx.add(recordingId, 'recording.closed', { reason: closeReason(flight) }, cause)
    else tx.derive(recordingId, 'stopped')
  }
  tx.add(recordingId, 'command.completed', { command: command.name, status: verdict.status }, cause)
}

function concludeFailedStart(flight: InFlight, failure: Failure, tx: Transaction): void {
  const { recordingId, cause } = flight
  const recording = tx.world.get(recordingId)
  if (!recording) return
  if (isUnconfirmed(recording)) tx.add(recordingId, 'recording.startFailed', { ...failure }, cause)
  else if (flight.reverting) tx.derive(recordingId, 'failed')
  // Overtaken by a pause or stop: the recording goes on.
  else tx.closeOthers(recordingId)
}

function closeReason(flight: InFlight): 'command' | 'timer' {
  return flight.cause.by.side === 'system' ? 'timer' : 'command'
}

/** The error that tells a client how its command failed. */
export function failureError(flight: InFlight, { code, detail, medium }: Failure): RecorderError {
  const members = {
    ...(medium ? { medium } : {}),
    ...(flight.command.name === 'recording.start' ? {} : { recordingId: flight.recordingId }),
  }
  return new RecorderError(code, detail, { members })
}
