import type { Identity } from '../age/identity.ts'
import { deriveKey } from './derive-key.ts'
import type { HomeKeys, RecordingKeys } from './port.ts'

/** Returns the keys of a recording, all made from its identity. */
export function recordingKeys(identity: Identity): RecordingKeys {
  return { identity, valueKey: deriveKey(identity.secret, 'values of a recording') }
}

/** Returns the keys of a home, all made from its secret of 32 bytes. */
export function homeKeys(secret: Buffer): HomeKeys {
  return {
    valueKey: deriveKey(secret, 'values of a home'),
    tagIndexKey: deriveKey(secret, 'index of tags'),
    answerIndexKey: deriveKey(secret, 'owners of answers'),
  }
}
