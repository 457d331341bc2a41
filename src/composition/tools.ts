import type { Writable } from 'node:stream'
import type { SegmentFacts } from '../contract/events.ts'
import type { Quality } from '../contract/quality.ts'
import type { Composable } from './plan.ts'

/** A program that runs. */
export interface RunningProgram {
  readonly pid: number | undefined
  readonly stdin: Writable | null
  readonly exited: Promise<{ error?: Error; code: number | null; signal: NodeJS.Signals | null }>
  kill(signal: NodeJS.Signals): void
  /** The end of what it wrote to stderr. */
  stderr(): string
}

/**
 * Tools that the composition root lends: how programs are started so that they end with us, and how
 * screens are encoded.
 */
export interface Tools {
  /** Path of ffmpeg. Rejects, saying what to do, when there is none. */
  ffmpeg(): Promise<string>
  start(
    command: { program: string; args: readonly string[] },
    options: { stdin: 'pipe' | 'ignore'; onStdout: (chunk: Buffer) => void },
  ): RunningProgram
  /**
   * The arguments by which ffmpeg encodes an input as screens are recorded: fragmented MP4 on
   * stdout, which is the last argument.
   */
  screenArgs(input: readonly string[], quality: Quality): Promise<string[]>
}

/** Reads recordings and their segments. */
export interface Sources {
  /** The recording as it is now. */
  recording(id: string): Promise<Composable>
  segments(id: string): Promise<SegmentFacts[]>
  /** How closely the recording was captured. */
  quality(id: string): Promise<Quality>
  /** Absolute path of a recording's file. */
  file(id: string, file: string): string
}

/** The context of one composition. */
export interface Work {
  tools: Tools
  /** Aborted when nobody wants it any more. */
  signal: AbortSignal
  /** A private folder of its own, removed afterwards. */
  folder: string
  /** Absolute path of a segment's file. */
  path(segment: SegmentFacts): string
  /** How much of the present step is done, 0–1. */
  progress(part: number): void
}
