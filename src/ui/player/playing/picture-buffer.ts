import type { MediaItem } from '../../../composition/plan/timeline.ts'

/** Ranges closer than this are one: frames are not exactly as long as their distance. */
export const SEAM_MS = 150

/** A buffer that shows pictures. Its times are those of the recording. */
export interface PictureBuffer {
  /** Whether the browser cannot show the screen. */
  readonly failed: boolean
  fail(error: unknown): void
  /** Returns where the media end that hold a moment; null when it is missing. */
  endOf(ms: number): number | null
  /** Returns where the first media after a moment begin; infinity when there are none. */
  startAfter(ms: number): number
  /** Gets ready for the media of a segment, from any of its key frames on. */
  begin(item: MediaItem, codec: string, init: Uint8Array): Promise<void>
  /** Appends media and forgets those far from the position. */
  append(bytes: Uint8Array, positionMs: number): Promise<void>
}
