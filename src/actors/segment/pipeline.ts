import type { Level } from '../../contract/views.ts'
import type { WarningCode } from '../../contract/warnings.ts'
import type { CaptureProblem } from '../../platform/capture-problem.ts'

/** The smallest amount of encoded media that is whole in a file: a page or a fragment. */
export interface MediaUnit {
  bytes: Buffer
  /** Media time in ms, from the first sample, at which this unit ends. */
  endMs: number
}

/**
 * Why a pipeline ends: a cut, which keeps nothing captured after `at` (epoch ms), or a problem. A
 * problem has `at` when it began before it was noticed; nothing captured since may be kept.
 */
export type EndCause =
  | { kind: 'cut'; at: number }
  | { kind: 'problem'; problem: CaptureProblem; at?: number }

/** The events of a running pipeline. */
export interface PipelineEvents {
  /** Media, in order; the first unit brings the headers along. */
  unit(unit: MediaUnit): void
  level(level: Level): void
  /** A small picture of the screen as it is now, as JPEG. */
  picture(jpeg: Buffer): void
  /** A warning about the flowing media; called when it begins and when it ends. */
  warning(warning: { code: WarningCode; present: boolean; detail: string }): void
  /** A program of the pipeline runs, or has ended. */
  process(process: { pid: number; program: string; isRunning: boolean }): void
}

/** The processes that turn a device into encoded media, seen as one. */
export interface Pipeline {
  /** Wall-clock time of the first sample, epoch ms; known when the first unit comes. */
  readonly startedAtMs: number | undefined
  /** Ends the processes, keeping what was captured before. The first cause wins. */
  end(cause: EndCause): void
  /** Ends the processes at once. */
  kill(): void
  /**
   * Resolves with why it ended, when no process is left and every unit is delivered. Never rejects.
   */
  readonly ended: Promise<EndCause>
}

/** Starts a pipeline. */
export type StartPipeline = (events: PipelineEvents) => Pipeline
