import type { FileHandle } from 'node:fs/promises'
import type { Identity } from '../../age/identity.ts'
import type { PageLanguage } from '../../contract/configuration.ts'
import type { LogEvent, SegmentDescription } from '../../contract/events.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'

/** The proofs of the log. */
export interface BundleProofs {
  /** The newest checkpoint as a signed note; undefined while no key has signed. */
  readonly checkpoint: { readonly note: string } | undefined
  /** The keys that have signed (C2SP vkey), oldest first, each with its first position. */
  readonly keys: readonly { readonly position: number; readonly key: string }[]
  /**
   * Returns the proofs that events are among the first `size`: the hashes beside their paths, from
   * the leaf up (RFC 6962, section 2.1.1).
   */
  inclusions(positions: readonly number[], size: number): Promise<Buffer[][]>
  /** Returns the proof that the tree of `to` leaves begins with that of `from` (RFC 6962). */
  consistency(from: number, to: number): Promise<Buffer[]>
}

/** Checkpoints that outsiders have confirmed, by their sizes. */
export interface KeptConfirmations {
  /** Notes with the cosignatures of witnesses. */
  readonly cosigned: {
    sizes(): Promise<number[]>
    /** Undefined when it is not kept any more. */
    read(size: number): Promise<string | undefined>
  }
  /** Answers of a timestamp authority, with the note that each is of. */
  readonly timestamps: {
    sizes(): Promise<number[]>
    read(size: number): Promise<KeptTimestamp | undefined>
  }
}

/** A timestamp, the note beside it, and the time in it; null when that cannot be read. */
export interface KeptTimestamp {
  note: string
  timestamp: Buffer
  /** Whether the timestamp is of the note, and not of other bytes. */
  isOfNote: boolean
  at: string | null
}

/** The stored files of recordings, and their keys. */
export interface StoredFiles {
  /**
   * Opens the stored file of a segment, sealed as it is. Rejects with ERASED, NOT_FOUND, and with
   * errors of the file system.
   */
  openStoredFile(recordingId: string, segment: SegmentDescription): Promise<FileHandle>
  /**
   * Returns the key of a recording; null when 0.1 has written it unsealed. Rejects with ERASED or
   * KEY_UNAVAILABLE.
   */
  ownIdentity(recordingId: string): Promise<Identity | null>
}

/** The recordings from which bundles are made. The recorder implements it. */
export interface BundleSource {
  readonly media: StoredFiles
  readonly log: {
    events(query: RecordsPage): Promise<LogEvent[]>
    records(query: RecordsPage): Promise<{ position: number; record: string }[]>
    readonly proofs: BundleProofs
  }
}

/** A page of a recording's events or records. */
export interface RecordsPage {
  recordingId: string
  after: number
  limit: number
}

/** The recording of a bundle: closed, and as its composed file needs it. */
export type BundledRecording = RecordingView & { tagHistory: TagEntry[] }

/** How to make a bundle. */
export interface BundleRequest {
  /** The language of the report. */
  language: PageLanguage
  /** Ends the making. */
  signal: AbortSignal
  /** Called when all is ready, before anything is read. Nothing is read when it rejects. */
  beforeReading(): Promise<void>
}

/** A bundle that is ready to be written. */
export interface Bundle {
  /**
   * Writes the ZIP file, once. Memory stays flat. It breaks off with an error when something cannot
   * be read: there is no complete file then.
   */
  write(): AsyncIterable<Buffer>
}

/** The port through which HTTP gets bundles. */
export interface BundlePort {
  /**
   * Makes the composed file of a closed recording, unless it is in the cache, and prepares its
   * bundle. Rejects with ERASED, KEY_UNAVAILABLE, NOT_READY,
   * STORAGE_FULL or STORAGE_UNAVAILABLE; with the signal's reason when it is aborted.
   */
  prepare(recording: BundledRecording, request: BundleRequest): Promise<Bundle>
}
