import type { StoredMedia } from '../age/stored-media.ts'
import type { SegmentDescription } from '../contract/events.ts'
import type { Medium } from '../contract/media.ts'
import type { RecordingView } from '../contract/views.ts'

/** Which composed file of a recording a client requests. */
export type CompositionRequest =
  /** One track on the recording's own timeline. Its gaps are silence or cards. */
  | { kind: 'track'; medium: Medium }
  /**
   * All tracks as one MP4. `cut` leaves out the time in which no track has media. `mix` makes one
   * sound track of two.
   */
  | { kind: 'export'; gaps: 'fill' | 'cut'; audio: 'mix' | 'split' }

/** A composed file. It never changes. */
export interface ComposedFile {
  /**
   * Opens it for reading. Rejects with NOT_FOUND when it is gone: the cache may remove a file at
   * any time.
   */
  open(): Promise<StoredMedia>
  /** Content type. */
  type: 'video/mp4' | 'audio/ogg'
  /** Suggested file name, without personal data. */
  name: string
  /** SHA-256, lower-case hex. */
  sha256: string
}

/** The progress of composing a file. It is not stored. */
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

/** Where a player finds the key frames of a screen segment. */
export interface SegmentIndex {
  /** Length of the file. */
  bytes: number
  /** Length of the beginning that describes the media. */
  initBytes: number
  /** As RFC 6381 names it, such as `avc1.42c028`. */
  codec: string
  /** Milliseconds after the first frame, and the offset in the file, of each key frame. */
  keyFrames: [ms: number, offset: number][]
}

/** The port through which HTTP gets composed files. */
export interface CompositionPort {
  /**
   * Returns the file from the cache, or makes it. Simultaneous requests for the same file share one
   * build, which ends when the last of them aborts. Rejects with RecorderError INVALID_STATE (not
   * stopped yet, or nothing recorded), NOT_FOUND (no such track), STORAGE_FULL, NOT_READY (the
   * recorder is ending, or its last segments are not finished), ERASED, KEY_UNAVAILABLE or
   * EXPORT_FAILED; with the signal's reason when it is aborted.
   */
  compose(
    recording: Pick<
      RecordingView,
      'id' | 'state' | 'startedAt' | 'endedAt' | 'tracks' | 'erased'
    > & {
      tagHistory: ChapterTag[]
    },
    request: CompositionRequest,
    signal: AbortSignal,
  ): Promise<ComposedFile>
  /**
   * Returns the peaks of a sound segment: one byte for every 20 ms, 255 times the square root of
   * the largest amplitude. Rejects with RecorderError EXPORT_FAILED, NOT_READY, ERASED or
   * KEY_UNAVAILABLE.
   */
  peaks(recordingId: string, segment: SegmentDescription): Promise<Buffer>
  /** Returns the index of a screen segment. Rejects like `peaks`. */
  index(recordingId: string, segment: SegmentDescription): Promise<SegmentIndex>
  /** Returns the path of the ffmpeg in use; null when there is none. */
  ffmpegPath(): Promise<string | null>
  /** Subscribes to the progress of all files being made. Returns the function that unsubscribes. */
  onProgress(listener: (progress: CompositionProgress) => void): () => void
}

/** The fields of a tag that a chapter needs. */
export interface ChapterTag {
  key: string
  value: string | number | boolean
  at: string
}
