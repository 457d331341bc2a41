import type { CaptureProblem } from './capture-problem.ts'

/** The events of a watch over a sound stream. Times are epoch ms of the recorder's clock. */
export interface SoundWatchEvents {
  /** Sound after `fromMs` may come from another device. Null: all sound so far is from this one. */
  suspected(fromMs: number | null): void
  /** No sound after `at` is from the device. Called once, and nothing is called after it. */
  lost(problem: CaptureProblem, at: number): void
  /** Something is muted, in a whole sentence; null when nothing is. Called on a change. */
  muted(detail: string | null): void
}

/** A running watch. */
export interface SoundWatch {
  stop(): void
}

/** Starts to watch the stream of a capture helper, by its process id. */
export type StartSoundWatch = (pid: number, events: SoundWatchEvents) => SoundWatch
