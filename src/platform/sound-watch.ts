import type { CaptureProblem } from './capture-problem.ts'

/** The events of a watch over a sound stream. Times are epoch ms of the recorder's clock. */
export interface SoundWatchEvents {
  /** Sound after `fromMs` may come from another device. Null: it has not so far. */
  suspected(fromMs: number | null): void
  /** Nothing that came after `at` is of the device. Once, and nothing after it. */
  lost(problem: CaptureProblem, at: number): void
  /** Tells what is muted, in words; null when nothing is. Called on a change. */
  muted(detail: string | null): void
}

/** A watch that has been begun. */
export interface SoundWatch {
  stop(): void
}

/** Begins to watch the stream of a capture helper, by its process id. */
export type StartSoundWatch = (pid: number, events: SoundWatchEvents) => SoundWatch
