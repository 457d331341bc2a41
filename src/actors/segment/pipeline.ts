import type { Level } from '../../contract/resources.ts'
import type { WarningCode } from '../../contract/warnings.ts'
import type { CaptureProblem } from '../../platform/capture-problem.ts'

/** A whole piece of encoded media: as much as makes sense in a file. */
export interface MediaUnit {
  bytes: Buffer
  /** Media time in ms, from the first sample, at which this unit ends. */
  endMs: number
}

/**
 * Why a pipeline ends: told to keep nothing captured after `at` (epoch ms), or something went
 * wrong; `at` where that was before it was noticed, and nothing captured since may be kept.
 */
export type EndCause =
  | { kind: 'cut'; at: number }
  | { kind: 'problem'; problem: CaptureProblem; at?: number }

/** The events of a running pipeline. */
export interface PipelineEvents {
  /** Media, in order; the first unit brings the headers along. */
  unit(unit: MediaUnit): void
  level(level: Level): void
  /** Something to be known about the flowing media; told when it begins and when it is over. */
  warning(warning: { code: WarningCode; present: boolean; detail: string }): void
}

/** The processes that turn a device into encoded media, seen as one. */
export interface Pipeline {
  /** Wall-clock time of the first sample, epoch ms; known when the first unit comes. */
  readonly startedAtMs: number | undefined
  /** Ends the processes, keeping what was captured before. The first cause wins. */
  end(cause: EndCause): void
  /** Ends the processes this instant. */
  kill(): void
  /** Why it ended; resolves when every process is gone and every unit delivered. Never rejects. */
  readonly ended: Promise<EndCause>
}

/** Starts a pipeline. */
export type StartPipeline = (events: PipelineEvents) => Pipeline
