import type { Device, Medium } from '../events/media.ts'
import type { Quality } from '../events/quality.ts'
import type { DeviceList } from '../events/resources.ts'
import type { ChildCommand } from './child-process.ts'
import type { Ffmpeg } from './ffmpeg.ts'

/** What is particular to an operating system: which devices there are, and which programs capture from them. */
export interface CaptureBackend {
  /** What a medium can be captured from. Answers within 2 s; never rejects. */
  list(medium: Medium): Promise<DeviceList>
  /**
   * The program that captures from a device: raw sound (s16le, 48 kHz, channels as in CHANNELS) on stdout for audio,
   * fragmented MP4 for a screen. Rejects where ffmpeg is needed and missing. Where it is not needed, it is not waited for.
   */
  command(medium: Medium, device: Device, quality: Quality, ffmpeg: () => Promise<Ffmpeg>): Promise<ChildCommand>
  /** The player whose silence, on its stdin, keeps a device delivering while nothing else plays; null where there is none. */
  keepAwake(medium: Medium, device: Device): ChildCommand | null
  /** How ffmpeg is asked to finish a screen. */
  readonly quit: 'SIGINT' | 'q'
  /** Inputs that ffmpeg must have. */
  readonly ffmpegInputs: readonly string[]
}

/** A list without a device, and why. */
export function unavailable(reason: string): DeviceList {
  return { available: false, reason, devices: [] }
}
