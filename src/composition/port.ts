import type { GapReason, Medium } from '../contract/media.ts'
import type { RecordingView } from '../contract/resources.ts'

/** Which file is wanted of a recording. */
export type CompositionRequest =
  /** One track on the recording's own time line: silence, or a card, where it has no media. */
  | { kind: 'track'; medium: Medium }
  /**
   * All tracks as one MP4. `cut` leaves out what no track has media of; `mix` makes one sound track
   * of two.
   */
  | { kind: 'export'; gaps: 'fill' | 'cut'; audio: 'mix' | 'split' }

/** A composed file; it never changes any more. */
export interface ComposedFile {
  path: string
  /** Content type. */
  type: 'video/mp4' | 'audio/ogg'
  /** Name under which it may be saved: nothing personal. */
  name: string
  /** SHA-256, lower-case hex. */
  sha256: string
}

/** How far the making of a file is; not kept anywhere. */
export interface CompositionProgress {
  recordingId: string
  /** The file being made: `export`, or the medium of a track. */
  kind: 'export' | Medium
  /** Only for an export. */
  gaps?: 'fill' | 'cut'
  audio?: 'mix' | 'split'
  /** 0–100. */
  percent: number
  state: 'building' | 'done' | 'failed' | 'cancelled'
  /** RFC 3339 UTC with milliseconds. */
  at: string
}

/** The port through which HTTP gets composed files. */
export interface CompositionPort {
  /**
   * The file, from the cache or made now; whoever asks for the same at the same time shares its
   * making, which ends when the last of them aborts. Rejects with RecorderError INVALID_STATE (not
   * stopped yet, or nothing recorded), NOT_FOUND (no such track), STORAGE_FULL, NOT_READY (the
   * recorder is ending, or its last pieces are) or EXPORT_FAILED; with the signal's reason when it
   * is aborted.
   */
  compose(
    recording: Pick<RecordingView, 'id' | 'state' | 'startedAt' | 'endedAt' | 'tracks'> & {
      tagHistory: ChapterTag[]
    },
    request: CompositionRequest,
    signal: AbortSignal,
  ): Promise<ComposedFile>
  /** Calls the listener as files are being made; returns what stops that. */
  onProgress(listener: (progress: CompositionProgress) => void): () => void
}

/** As much of a tag as a chapter needs. */
export interface ChapterTag {
  key: string
  value: string | number | boolean
  at: string
}

/** Titles of gap reasons, for people. */
export const REASON_WORDS: Record<GapReason, string> = {
  notStarted: 'not started',
  stopped: 'stopped',
  paused: 'paused',
  deviceLost: 'device lost',
  captureFailed: 'capture failed',
  interrupted: 'interrupted',
  suspended: 'computer asleep',
  locked: 'locked',
  storageFull: 'storage full',
}
