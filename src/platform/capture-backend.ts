import type { Device, Medium } from '../contract/media.ts'
import type { Quality } from '../contract/quality.ts'
import type { DeviceList } from '../contract/resources.ts'
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts'
import type { ChildCommand } from '../processes/child-process.ts'
import type { StartScreenWatch } from './screen-watch.ts'
import type { StartSoundWatch } from './sound-watch.ts'

/** A program that captures, and what looks after its device meanwhile. */
export interface SourceCommand extends ChildCommand {
  watchScreen?: StartScreenWatch
  /**
   * Keep media only once the watch has confirmed that everything is as it was: else it might be
   * something else's picture.
   */
  needsConfirmation?: boolean
  /** Looks after the sound that it captures. */
  watchSound?: StartSoundWatch
}

/**
 * The part of capturing that differs between operating systems: which devices there are, and which
 * programs capture from them.
 */
export interface CaptureBackend {
  /** Lists a medium's devices. Answers within 2 s; never rejects. */
  list(medium: Medium): Promise<DeviceList>
  /**
   * A device by its id that may be there without being listed. Rejects with DEVICE_UNAVAILABLE
   * where such a one is not there.
   */
  find?(medium: Medium, id: string): Promise<Device | undefined>
  /**
   * The program that captures from a device: raw sound (s16le, 48 kHz, channels as in CHANNELS) on
   * stdout for audio, fragmented MP4 for a screen, which may also write THUMBNAIL pictures to
   * descriptor 3. Rejects where ffmpeg is needed and missing. Where it is not needed, it is not
   * waited for.
   */
  command(
    medium: Medium,
    device: Device,
    quality: Quality,
    ffmpeg: () => Promise<Ffmpeg>,
  ): Promise<SourceCommand>
  /**
   * The player whose silence, on its stdin, keeps a device delivering while nothing else plays;
   * null where there is none.
   */
  keepAwake(medium: Medium, device: Device): ChildCommand | null
  /**
   * Whether a sound device is muted; null where that cannot be told. Answers within 1 s; never
   * rejects.
   */
  isMuted?(medium: 'mic' | 'speaker', device: Device): Promise<boolean | null>
  /** How ffmpeg is asked to finish a screen. */
  readonly quit: 'SIGINT' | 'q'
  /** Inputs that ffmpeg must have. */
  readonly ffmpegInputs: readonly string[]
}

/** A list without a device, and why. */
export function unavailable(reason: string): DeviceList {
  return { available: false, reason, devices: [] }
}
