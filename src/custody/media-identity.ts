import type { Identity } from '../age/identity.ts'
import { keyMissing } from './key-unavailable.ts'
import type { KeyRing } from './port.ts'

/** Returns the identity that seals the media of a recording. Throws KEY_UNAVAILABLE. */
export function mediaIdentity(keys: KeyRing, recordingId: string): Identity {
  const own = keys.keysOf(recordingId)
  if (own === undefined) throw keyMissing()
  return own.identity
}
