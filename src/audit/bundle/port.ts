import type { FileHandle } from 'node:fs/promises'
import type { Identity } from '../../age/identity.ts'
import type { LogEvent, SegmentDescription } from '../../contract/events.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'
import type { ReportLanguage } from './report/formats.ts'

/** Part of the port: the languages of the report. */
export { REPORT_LANGUAGES, type ReportLanguage } from './report/formats.ts'

/** The Merkle tree over the log, and the checkpoints that name its root. */
export interface LogTree {
  /** Returns the newest checkpoint as a signed note. It covers every durable event. */
  checkpoint(): Promise<{ note: string; size: number }>
  /**
   * Returns the proof that the event at a position, from 1, is in the tree of `size` events: the
   * hashes beside its path, from the leaf up (RFC 6962, section 2.1.1).
   */
  inclusion(position: number, size: number): Promise<Buffer[]>
  /** Returns the keys that have signed the log (C2SP vkey), each with its first position. */
  keys(): readonly { position: number; vkey: string }[]
  /** Returns the RFC 3161 timestamp of the checkpoint of a size; undefined when it has none. */
  timestamp?(size: number): Promise<Buffer | undefined>
}

/** The recordings from which bundles are made. The recorder implements it. */
export interface BundleSource {
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
  readonly log: {
    events(query: RecordsPage): Promise<LogEvent[]>
    records(query: RecordsPage): Promise<{ position: number; record: string }[]>
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
  language: ReportLanguage
  /** Ends the making. */
  signal: AbortSignal
  /** Called when all is ready, before anything is read. Nothing is read when it rejects. */
  beforeReading(): Promise<void>
}

/** A bundle that is ready to be written. */
export interface Bundle {
  /** Suggested file name, without personal data. */
  name: string
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
   * bundle. Rejects with INVALID_STATE (not closed), ERASED, KEY_UNAVAILABLE, NOT_READY,
   * STORAGE_FULL or STORAGE_UNAVAILABLE; with the signal's reason when it is aborted.
   */
  prepare(recording: BundledRecording, request: BundleRequest): Promise<Bundle>
}
