import type { LogEvent } from '../../contract/events.ts'
import type { VerificationProgress } from '../../contract/verification.ts'
import type { Database } from '../../store/database/database.ts'
import type { StoredAnswers, WitnessKey } from './port.ts'

/** How to verify a log. */
export interface VerifyLogOptions {
  db: Database
  recordingsFolder: string
  /** Returns the last event that is durable now, of a log that grows; default: verify all. */
  position?: () => number
  /** The witness of the log, if it has one. */
  witness?: { position: number; hash: string } | undefined
  /** Whether a witness file is there that names no event. */
  hasDamagedWitness?: boolean
  /** Whether it is a whole home whose recorder does not run: then it must have its witness. */
  isStopped?: boolean
  /** Whether a recording is erased by now, of a log that grows. */
  isErased?: (recordingId: string) => boolean
  /** Verify media and replay only of this recording. */
  recordingId?: string | undefined
  /** A vkey that was received by another way than the log. */
  trustedKey?: string | undefined
  /** Receipts by their names. */
  receipts?: readonly { name: string; text: string }[]
  /** The stored answers of outsiders. */
  answers?: StoredAnswers
  /** The keys of witnesses that are known from elsewhere. */
  witnesses?: readonly WitnessKey[]
  /** Compares the stored views with the log, and resolves with the recordings that differ. */
  compareViews?: { observe(events: LogEvent[]): Promise<void>; compare(): Promise<string[]> }
  onProgress?: (progress: VerificationProgress) => void
  /** Called between two pieces of work. */
  giveWay?: () => Promise<void>
  signal?: AbortSignal | undefined
}
