import type { SegmentFacts } from '../contract/events.ts'
import type { Device, Medium } from '../contract/media.ts'
import type { DeviceList, Level } from '../contract/resources.ts'
import type { Capture, CaptureReport } from './capture.ts'

/** The result of opening a device for a moment. */
export interface ProbeResult {
  /** Why it does not deliver; null when it does. */
  problem: string | null
  /** Loudness of all that came; null for a screen, or where nothing came. */
  level: Level | null
  /** Sound that is exactly zero throughout, or a screen on which there is nothing to be seen. */
  empty: boolean
  /** Null where that cannot be told. */
  muted: boolean | null
}

/** The port through which the recorder captures. */
export interface CapturePlatform {
  /**
   * Lists the devices of each medium. Answers within 2 s, from a cache of at most 5 s unless
   * `fresh`.
   */
  devices(options?: { fresh?: boolean }): Promise<Record<Medium, DeviceList>>
  /**
   * The device to capture a medium from: the one with this id, or the default one.
   * Throws RecorderError DEVICE_UNAVAILABLE, saying why and what to do.
   */
  resolve(medium: Medium, id: string | undefined): Promise<Device>
  /** A capture for one track of one recording. */
  capture(medium: Medium, report: (report: CaptureReport) => void): Capture
  /**
   * Opens a device for about half a second to see whether it delivers, and keeps nothing of it.
   * Answers within 1.6 s, and when told by `signal` at once; no process is left then. Never
   * rejects.
   */
  probe(medium: Medium, device: Device, signal: AbortSignal): Promise<ProbeResult>
  /** Null when an encoder is there; otherwise why not. */
  encoderProblem(): Promise<string | null>
  /** The encoder's version, e.g. `5.1`; null where it has none, or there is no encoder. */
  encoderVersion(): Promise<string | null>
  /**
   * Finishes a file that a dead daemon left: cuts it behind its last whole unit of media, forces it
   * to disk, hashes it. Null when it holds no media (then the file is removed). `opened` is what
   * the log knows of it.
   */
  salvage(
    folder: string,
    opened: Pick<SegmentFacts, 'medium' | 'number' | 'startedAt' | 'container' | 'codec' | 'file'>,
  ): Promise<SegmentFacts | null>
}
