import type { Device, Medium } from '../contract/media.ts'
import type { Quality } from '../contract/quality.ts'
import type { CaptureServers, DeviceList } from '../contract/views.ts'
import type { Ffmpeg } from '../ffmpeg/ffmpeg-locator.ts'
import type { ChildCommand } from '../processes/child-process.ts'
import type { MakeFrameGate } from './frame-gate.ts'
import type { StartScreenWatch } from './screen-watch.ts'
import type { StartSoundSource } from './sound-source.ts'

/** A program that captures a screen, and the watch over it. */
export interface CaptureHelper extends ChildCommand {
  /**
   * Asks the desktop to share the screen, and returns another program that writes it to the stdin
   * of this one, which can start meanwhile. To be called once. Rejects with DEVICE_UNAVAILABLE.
   */
  feeder?: () => Promise<ChildCommand>
  /**
   * Closes what was opened for the capture, also what is still being opened. To be called when its
   * programs have ended, or will not be started. Never rejects.
   */
  release?: () => Promise<void>
  watchScreen?: StartScreenWatch
  /**
   * Media are kept only after the watch has confirmed that nothing has changed; they might
   * otherwise show something else.
   */
  needsConfirmation?: boolean
  /** Makes the gate through which it captures a screen. */
  makeGate?: MakeFrameGate
}

/**
 * The contribution of one operating system: its devices, and how they are captured.
 */
export interface CaptureBackend {
  /** Lists a medium's devices. Resolves within 2 s; never rejects. */
  list(medium: Medium): Promise<DeviceList>
  /** Media whose devices are listed so fast that a list is never used twice. */
  readonly listsAnew?: readonly Medium[]
  /**
   * Finds a device by its id that may exist without being listed. Rejects with DEVICE_UNAVAILABLE
   * when it does not exist.
   */
  find?(medium: Medium, id: string): Promise<Device | undefined>
  /**
   * The program that captures a screen: fragmented MP4 on stdout. It may also write THUMBNAIL
   * pictures to descriptor 3. Rejects when ffmpeg is needed and missing.
   */
  screen(device: Device, quality: Quality, ffmpeg: () => Promise<Ffmpeg>): Promise<CaptureHelper>
  /**
   * How the sound of a device is captured. Rejects when ffmpeg is needed and missing; does not wait
   * for it otherwise.
   */
  sound(
    medium: 'mic' | 'speaker',
    device: Device,
    quality: Quality,
    ffmpeg: () => Promise<Ffmpeg>,
  ): Promise<StartSoundSource>
  /**
   * Whether the server that gives access to a medium's devices has just gone, so that devices may
   * come back in a moment. `found`: the one that is there; false where that is no mere stand-in.
   */
  isReturning?(medium: Medium, found?: Device): boolean
  /**
   * Whether a sound device is muted; null when that is not known. Resolves within 1 s; never
   * rejects.
   */
  isMuted?(medium: 'mic' | 'speaker', device: Device): Promise<boolean | null>
  /** Asks the servers that are captured from who they are. Never rejects. */
  servers?(): Promise<CaptureServers>
  /**
   * Whether `screen` opens nothing that captures, and its program can wait at a gate. Only then can
   * it be started in advance.
   */
  readonly holdsScreen?: boolean
  /** How ffmpeg is asked to finish a screen. */
  readonly quit: 'SIGINT' | 'q'
  /** Inputs that ffmpeg must support. */
  readonly ffmpegInputs: readonly string[]
}

/** A list without a device, with the reason and the remedy in whole sentences. */
export function unavailable(reason: string): DeviceList {
  return { available: false, reason, devices: [] }
}
