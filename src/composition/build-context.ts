import type { SegmentDescription } from '../contract/events.ts'
import type { Tools } from './tools.ts'

/** The context in which one file is composed. */
export interface BuildContext {
  tools: Tools
  /** Aborted when no client waits for the file any more. */
  signal: AbortSignal
  /** A private folder, removed afterwards. */
  folder: string
  /** Returns the absolute path of a segment's file. */
  path(segment: SegmentDescription): string
  /** Reports how much of the current step is done, 0–1. */
  progress(part: number): void
}
