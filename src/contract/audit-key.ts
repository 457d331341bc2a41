import { RecorderError } from './errors.ts'

/** A key that has signed checkpoints of the log, as a vkey (C2SP signed-note). */
export interface SigningKeyView {
  key: string
  /** Position of the event that names it, from which on it signs. */
  from: number
  /** Position of the last event before the key that replaced it; null for the present one. */
  to: number | null
  /** `lost`: the key before was gone, so that nothing but the log itself vouches for this one. */
  cause: 'created' | 'rotated' | 'lost'
}

/** The keys that strangers verify the log with. */
export interface AuditKey {
  /** The name of the log, which is the name of all its keys. */
  origin: string
  /** The present key. */
  key: string
  /** All keys, oldest first. */
  keys: SigningKeyView[]
}

/** A proof that a log has only grown between two sizes (RFC 6962, section 2.1.2). */
export interface ConsistencyProof {
  from: number
  to: number
  /** Base64. */
  hashes: string[]
}

/** Returns the error for a log that no key has signed yet. */
export function notSigned(): RecorderError {
  return new RecorderError('KEY_UNAVAILABLE', 'The log is not signed yet: its key is missing.')
}
