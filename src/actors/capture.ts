import type { Identity } from '../age/identity.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Remnant, SegmentDescription, SegmentFault } from '../contract/events.ts'
import type { GapReason } from '../contract/gap-reason.ts'
import type { CaptureProcess } from '../contract/inspection.ts'
import type { Device, Medium } from '../contract/media.ts'
import type { Quality } from '../contract/quality.ts'
import type { Level } from '../contract/views.ts'
import type { WarningCode } from '../contract/warnings.ts'

/** The segment to capture: its place, its device and its quality. */
export interface SegmentPlan {
  medium: Medium
  number: number
  /** Absolute folder of the recording; the actor creates it when the first media arrive. */
  folder: string
  device: Device
  quality: Quality
  /** Seals the file. */
  identity: Identity
}

/** A message to a capture actor. */
export type CaptureInstruction =
  /**
   * Starts capturing a segment. With `retryUntil` (epoch ms) it retries with backoff, reporting
   * only its programs, until media flow or the time is over. Without it the only attempt must flow
   * within 5 s.
   */
  | { type: 'capture.open'; plan: SegmentPlan; retryUntil?: number }
  /**
   * Keeps nothing captured after `at` (epoch ms): drops media from now on, ends the processes and
   * finishes the file. Idempotent. May come before the `capture.open` of its segment, which then
   * captures nothing. With `discard` the file is removed too.
   */
  | { type: 'capture.cut'; segment: number; at: number; discard?: boolean }

/**
 * A report of a capture actor. Exactly one `capture.ended` follows every `capture.open`, whatever
 * happens.
 */
export type CaptureReport =
  /** Encoded media of the segment are in its file. */
  | {
      type: 'capture.flowing'
      segment: number
      startedAt: string
      container: SegmentDescription['container']
      codec: SegmentDescription['codec']
      file: string
    }
  /**
   * The processes of the segment are gone. `cause` is 'cut' after a cut, otherwise the problem.
   * `description` is that of the closed file. It is null when nothing was captured, when the file
   * was discarded, or when it is not yet on disk (`unfinished`; `capture.closed` follows). `fault`:
   * its media had ended by themselves well before the cut.
   */
  | {
      type: 'capture.ended'
      segment: number
      cause: 'cut' | { code: ErrorCode; detail: string; reason: GapReason }
      description: SegmentDescription | null
      unfinished: boolean
      fault?: SegmentFault
    }
  /**
   * The file of a segment whose `capture.ended` was `unfinished` is on disk now, or turned out to
   * hold no media (`description` null). `salvaged`: a dead daemon has left it. `fault`: why its
   * media ended, when no cut ended them.
   */
  | {
      type: 'capture.closed'
      segment: number
      description: SegmentDescription | null
      salvaged?: true
      /** The media behind damage in the file of a dead daemon. */
      remnant?: Remnant
      fault?: SegmentFault
    }
  /** A warning about the flowing media begins or ends (`present`). Each change is reported once. */
  | {
      type: 'capture.warning'
      segment: number
      code: WarningCode
      present: boolean
      detail: string
    }
  /** Loudness, about ten times a second; never written to the log. */
  | { type: 'capture.level'; level: Level }
  /**
   * A small picture of the screen as it is now, about once a second; null from the cut on. Never
   * written to disk.
   */
  | { type: 'capture.picture'; segment: number; jpeg: Buffer | null }
  /** A program of the segment runs, or has ended. Never written to the log. */
  | { type: 'capture.process'; segment: number; process: CaptureProcess; isRunning: boolean }
  /** Bytes in the segment's file so far, about twice a second; never written to the log. */
  | { type: 'capture.progress'; segment: number; bytes: number }

/** The capture of one medium. It never throws and never touches another medium's capture. */
export interface Capture {
  send(command: CaptureInstruction): void
  /**
   * Ends everything at once, because the daemon ends. Resolves when no process is left and nothing
   * writes to a file.
   */
  dispose(): Promise<void>
}
