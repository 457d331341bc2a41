import type { Command, CommandName } from '../../contract/commands.ts'
import type { ErrorCode } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import { segmentKey } from '../../contract/segment-key.ts'
import type { CommandAnswer } from '../../store/port.ts'
import type { FactCause } from './event-batch.ts'
import type { SegmentRef } from './segment-ledger.ts'

/** Why a medium, and with it a command, failed. */
export interface Failure {
  code: ErrorCode
  detail: string
  medium?: Medium
}

/**
 * The outcome of a segment that a command waits for. `overtaken`: a pause or stop came before its
 * media flowed.
 */
export type SegmentOutcome = 'flowing' | 'ended' | 'unfinished' | 'overtaken' | Failure

/**
 * The commands that are complete when media flow. All others are complete when their segments have
 * ended.
 */
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
  rollingBack: Failure | undefined
  /** The answer to its client, when the outcome is on disk. */
  readonly answered: Promise<CommandAnswer>
  resolve!: (answer: CommandAnswer) => void
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

  /** `isUnfinished`: the file of the segment is not on the disk yet, however its capture ended. */
  recordOutcome(
    medium: Medium,
    segment: number,
    outcome: SegmentOutcome,
    isUnfinished = false,
  ): void {
    const wait = this.#waits.get(segmentKey(medium, segment))
    if (!wait || wait.outcome !== undefined) return
    const ends = this.goal === 'ended' || this.rollingBack !== undefined
    if (ends && outcome === 'flowing') return
    if (ends && typeof outcome === 'object') wait.outcome = isUnfinished ? 'unfinished' : 'ended'
    else
      wait.outcome =
        !ends && (outcome === 'ended' || outcome === 'unfinished') ? 'overtaken' : outcome
  }

  /** Settles every segment that is still open as failed or unfinished. */
  expire(): void {
    for (const wait of this.#waits.values()) {
      if (wait.outcome !== undefined) continue
      const { medium } = wait.ref
      if (this.goal === 'ended' || this.rollingBack) wait.outcome = 'unfinished'
      else
        wait.outcome = {
          code: 'CAPTURE_FAILED',
          detail: `The ${medium} did not deliver in time.`,
          medium,
        }
    }
  }

  /** The media of the segments that it waits for. */
  get media(): Medium[] {
    return [...this.#waits.values()].map((wait) => wait.ref.medium)
  }

  get outcomes(): (SegmentOutcome | undefined)[] {
    return [...this.#waits.values()].map((wait) => wait.outcome)
  }
}
