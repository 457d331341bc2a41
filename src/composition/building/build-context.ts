import type { Identity } from '../../age/identity.ts'
import type { StoredMedia } from '../../age/stored-media.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import type { Tools } from './tools.ts'

/** The context in which one file is composed. */
export interface BuildContext {
  tools: Tools
  /** Aborted when no client waits for the file any more. */
  signal: AbortSignal
  /** A private folder, removed afterwards. Files in it are sealed. */
  folder: string
  /** Seals what is written. */
  identity: Identity
  /** Opens the media of a segment. */
  open(segment: SegmentDescription): Promise<StoredMedia>
  /** Reports how much of the current step is done, 0–1. */
  progress(part: number): void
}
