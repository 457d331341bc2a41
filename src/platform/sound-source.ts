import type { WarningCode } from '../contract/warnings.ts'
import type { Child, ChildCommand, ChildOptions } from '../processes/child-process.ts'
import type { CaptureProblem } from './capture-problem.ts'

/** A condition of a device whose sound flows. */
export type SoundCondition = Extract<
  WarningCode,
  'SOURCE_MUTED' | 'MICROPHONE_CHANGED' | 'SPEAKER_CHANGED'
>

/** The user of a sound source: gets its sound, and starts its programs. */
export interface SoundHost {
  /** Raw sound (s16le, 48 kHz, channels as in CHANNELS), in chunks of any size. */
  sound(pcm: Buffer): void
  /** A condition of the device has begun, in a whole sentence; null: it is over. */
  condition(code: SoundCondition, detail: string | null): void
  /** Starts a program of the source. */
  start(command: ChildCommand, options: ChildOptions): Child
}

/** A device's sound while it is captured. */
export interface SoundSource {
  /**
   * Resolves with why it ended, when nothing of it is left; also after {@link stop} and
   * {@link finish}. Never rejects.
   */
  readonly ended: Promise<CaptureProblem>
  /** Sound is late, and more of it may wait: delivers that as fast as it can. */
  catchUp(): void
  /**
   * Delivers what has come until now, if that takes no more than a moment, and ends. While that is
   * not enough, it waits for sound that is late, for less than half a second. Resolves when no more
   * sound will be delivered.
   */
  finish(isEnough: () => boolean): Promise<void>
  /** Ends it at once. */
  stop(): void
}

/** Starts to capture the sound of a device. */
export type StartSoundSource = (host: SoundHost) => SoundSource
