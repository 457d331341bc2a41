import { type Identity, identityOf } from '../age/identity.ts'
import { deriveKey } from './derive-key.ts'
import type { KeyRing } from './port.ts'

/**
 * Returns the identity that seals the composed files of a recording: the recording's own, so that
 * erasing it erases them. Recordings of 0.1 have none; for them it is derived from the home's key.
 * Throws KEY_UNAVAILABLE.
 */
export function compositionIdentity(keys: KeyRing, recordingId: string): Identity {
  const own = keys.keysOf(recordingId)?.identity
  return own ?? identityOf(deriveKey(keys.home().valueKey, `composed files of ${recordingId}`))
}
