import type { ErrorCode } from '../contract/errors.ts'
import type { SegmentFacts } from '../contract/events.ts'
import type { Device, GapReason, Medium } from '../contract/media.ts'
import type { Quality } from '../contract/quality.ts'
import type { DeviceList, Level } from '../contract/resources.ts'
import type { WarningCode } from '../contract/warnings.ts'

/** What the clocks of the machine have done, in ms; `from` and `to` epoch ms of the recorder's own time. */
export type ClockJump =
  | { type: 'slept'; from: number; to: number }
  | { type: 'stepped'; byMs: number }

/** The time by which the recorder lives. */
export interface RecorderClock {
  /** Epoch ms; never jumps while anything is recorded. */
  now(): number
  /** How far the wall clock is ahead of {@link now}, in ms: about 0, unless somebody has set it. */
  readonly wallAheadMs: number
  /** Looks at the clocks at once, and tells of a jump: for whoever has seen a time that cannot be. */
  check(): void
  /** Takes the wall clock's time over: when nothing is being recorded. */
  follow(): void
  /** Tells of jumps within a second (0.2 s while something is captured), until the returned function is called. */
  onJump(listener: (jump: ClockJump) => void): () => void
}

/** Where and from what a segment is to be captured. */
export interface SegmentPlan {
  medium: Medium
  number: number
  /** Absolute folder of the recording; the actor creates it when the first media arrive. */
  folder: string
  device: Device
  quality: Quality
}

/** What a capture actor is told. */
export type CaptureCommand =
  /**
   * Start capturing a segment. `retryUntil` (epoch ms): keep trying with backoff, in silence, until media flow or the
   * time is over; without it the only try must flow within 5 s.
   */
  | { type: 'capture.open'; plan: SegmentPlan; retryUntil?: number }
  /**
   * Nothing captured after `at` (epoch ms) may be kept: discard from now, end the processes, finish the file.
   * Idempotent. May come before the `capture.open` of its segment, which then captures nothing. `discard`: remove the file too.
   */
  | { type: 'capture.cut'; segment: number; at: number; discard?: boolean }

/** What a capture actor reports. Exactly one `capture.ended` follows every `capture.open`, whatever happens. */
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
   * The processes of the segment are gone. `cause` 'cut': as told; otherwise what went wrong. `facts`: the closed file;
   * null when nothing was captured, it was discarded, or it is not yet on disk (`unfinished`; `capture.closed` follows).
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
  /** Something about the flowing media that somebody has to know, or that it is over. Each is told once. */
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
  /** Ends everything at once (the daemon is going); resolves when no process is left and nothing writes to a file. */
  dispose(): Promise<void>
}

/** What a short look at a device has shown. */
export interface Probe {
  /** Why it does not deliver; null when it does. */
  problem: string | null
  /** Loudness of all that came; null for a screen, or where nothing came. */
  level: Level | null
  /** Sound that is exactly zero throughout, or a screen on which there is nothing to be seen. */
  empty: boolean
  /** Null where that cannot be told. */
  muted: boolean | null
}

/** What the recorder needs of a platform. */
export interface CapturePlatform {
  /** What there is to capture from. Answers within 2 s, from a cache of at most 5 s unless `fresh`. */
  devices(options?: { fresh?: boolean }): Promise<Record<Medium, DeviceList>>
  /**
   * The device to capture a medium from: the one with this id, or the default one.
   * Throws RecorderError DEVICE_UNAVAILABLE, saying why and what to do.
   */
  resolve(medium: Medium, id: string | undefined): Promise<Device>
  /** A capture for one track of one recording. */
  capture(medium: Medium, report: (report: CaptureReport) => void): Capture
  /**
   * Opens a device for about half a second to see whether it delivers, and keeps nothing of it. Answers within 1.6 s, and
   * when told by `signal` at once; no process is left then. Never rejects.
   */
  probe(medium: Medium, device: Device, signal: AbortSignal): Promise<Probe>
  /** Null when an encoder is there; otherwise why not. */
  encoderProblem(): Promise<string | null>
  /** The encoder's version, e.g. `5.1`; null where it has none, or there is no encoder. */
  encoderVersion(): Promise<string | null>
  /**
   * Finishes a file that a dead daemon left: cuts it behind its last whole unit of media, forces it to disk, hashes it.
   * Null when it holds no media (then the file is removed). `opened` is what the log knows of it.
   */
  salvage(
    folder: string,
    opened: Pick<SegmentFacts, 'medium' | 'number' | 'startedAt' | 'container' | 'codec' | 'file'>,
  ): Promise<SegmentFacts | null>
}
