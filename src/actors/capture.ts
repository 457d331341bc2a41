import type { ErrorCode } from '../contract/errors.ts'
import type { SegmentFacts } from '../contract/events.ts'
import type { Device, GapReason, Medium } from '../contract/media.ts'
import type { Quality } from '../contract/quality.ts'
import type { Level } from '../contract/resources.ts'
import type { WarningCode } from '../contract/warnings.ts'

/** Where and from what a segment is to be captured. */
export interface SegmentPlan {
  medium: Medium
  number: number
  /** Absolute folder of the recording; the actor creates it when the first media arrive. */
  folder: string
  device: Device
  quality: Quality
}

/** A message to a capture actor. */
export type CaptureCommand =
  /**
   * Start capturing a segment. `retryUntil` (epoch ms): keep trying with backoff, in silence, until
   * media flow or the time is over; without it the only try must flow within 5 s.
   */
  | { type: 'capture.open'; plan: SegmentPlan; retryUntil?: number }
  /**
   * Nothing captured after `at` (epoch ms) may be kept: discard from now, end the processes, finish
   * the file. Idempotent. May come before the `capture.open` of its segment, which then captures
   * nothing. `discard`: remove the file too.
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
      container: SegmentFacts['container']
      codec: SegmentFacts['codec']
      file: string
    }
  /**
   * The processes of the segment are gone. `cause` 'cut': as told; otherwise what went wrong.
   * `facts`: the closed file; null when nothing was captured, it was discarded, or it is not yet on
   * disk (`unfinished`; `capture.closed` follows).
   */
  | {
      type: 'capture.ended'
      segment: number
      cause: 'cut' | { code: ErrorCode; detail: string; reason: GapReason }
      facts: SegmentFacts | null
      unfinished: boolean
    }
  /** The file of a segment whose `capture.ended` was `unfinished` is on disk after all. */
  | { type: 'capture.closed'; segment: number; facts: SegmentFacts }
  /**
   * Something about the flowing media that somebody has to know, or that it is over. Each is told
   * once.
   */
  | {
      type: 'capture.warning'
      segment: number
      code: WarningCode
      present: boolean
      detail: string
    }
  /** Loudness, about ten times a second; never written to the log. */
  | { type: 'capture.level'; level: Level }
  /** Bytes in the segment's file so far, about once a second; never written to the log. */
  | { type: 'capture.progress'; segment: number; bytes: number }

/** One medium's capture, on its own: never throws, never touches another's. */
export interface Capture {
  send(command: CaptureCommand): void
  /**
   * Ends everything at once (the daemon is going); resolves when no process is left and nothing
   * writes to a file.
   */
  dispose(): Promise<void>
}
