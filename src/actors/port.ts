import type { Identity } from '../age/identity.ts'
import type { Remnant, SegmentDescription } from '../contract/events.ts'
import type { Device, Medium } from '../contract/media.ts'
import type { CaptureServers, DeviceList, Level } from '../contract/views.ts'
import type { Capture, CaptureReport } from './capture.ts'

/** The result of opening a device for a moment. */
export interface ProbeResult {
  /** Why it does not deliver; null when it does. */
  problem: string | null
  /** Loudness of all sound that came; null for a screen, or when nothing came. */
  level: Level | null
  /** The sound was exactly zero throughout, or the screen was black. */
  empty: boolean
  /** Null when it is not known. */
  muted: boolean | null
}

/** The file of a segment that a dead daemon left, finished. */
export interface SalvagedSegment {
  /** Null when it held no media. */
  description: SegmentDescription | null
  /** The part behind damage. */
  remnant?: Remnant
}

/** The port through which the recorder captures. */
export interface CapturePlatform {
  /**
   * Lists the devices of each medium. Answers within 2 s, from a cache of at most 5 s unless
   * `fresh`.
   */
  devices(options?: { fresh?: boolean }): Promise<Record<Medium, DeviceList>>
  /**
   * Finds the device to capture a medium from: the one with this id, or the default one.
   * Throws RecorderError DEVICE_UNAVAILABLE with the reason and the remedy.
   */
  resolve(medium: Medium, id: string | undefined): Promise<Device>
  /** Creates the capture of one track of one recording. */
  capture(medium: Medium, report: (report: CaptureReport) => void): Capture
  /**
   * Opens a device for about half a second to check whether it delivers, and keeps nothing.
   * Resolves within 1.6 s, and at once when `signal` is aborted; no process is left then. Never
   * rejects.
   */
  probe(medium: Medium, device: Device, signal: AbortSignal): Promise<ProbeResult>
  /**
   * Asks the servers that are captured from who they are; undefined where the system is the only
   * one. Never rejects.
   */
  servers(): Promise<CaptureServers | undefined>
  /** Why no encoder can be used; null when one can. */
  encoderProblem(): Promise<string | null>
  /**
   * The encoder's release, e.g. `5.1`, or the version of its library when it was built without a
   * release number, e.g. `libavcodec 58.42`. Null where it reports neither, or there is no encoder.
   */
  encoderVersion(): Promise<string | null>
  /**
   * Finishes a file that a dead daemon left: cuts it after its last whole unit of media, forces it
   * to disk and hashes it. A file without media is removed. What lies behind damage is kept beside
   * it. `opened` holds the facts that the log has of it. `identity` opens a sealed file.
   */
  salvage(
    folder: string,
    opened: Pick<
      SegmentDescription,
      'medium' | 'number' | 'startedAt' | 'container' | 'codec' | 'file'
    >,
    identity?: Identity,
  ): Promise<SalvagedSegment>
  /**
   * Whether the file of a segment whose beginning the log does not know holds media of more than
   * `ms`, or is damaged, so that nobody can tell. Finishes it. There may be none. Rejects like
   * `salvage`.
   */
  isLonger(
    folder: string,
    segment: Pick<SegmentDescription, 'medium' | 'number'>,
    ms: number,
    identity?: Identity,
  ): Promise<boolean>
  /** Removes the file of a segment whose beginning the log does not know. There may be none. */
  discard(folder: string, segment: Pick<SegmentDescription, 'medium' | 'number'>): Promise<void>
}
