import type { CaptureProblem } from './capture-problem.ts'

/** What a watch over a stream of sound tells. Times are epoch ms of the recorder's clock. */
export interface SoundWatchEvents {
  /** What came after `fromMs` may be of another device; null: what has come so far is not. */
  doubt(fromMs: number | null): void
  /** Nothing that came after `at` is of the device. Once, and nothing after it. */
  lost(problem: CaptureProblem, at: number): void
  /** What is muted, in words; null when nothing is. Told when it changes. */
  muted(detail: string | null): void
}

/** A watch that has been begun. */
export interface SoundWatch {
  stop(): void
}

/** Begins to watch the stream of a capture helper, by its process id. */
export type WatchSound = (pid: number, events: SoundWatchEvents) => SoundWatch
