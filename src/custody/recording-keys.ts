import { type Identity, identityOf } from '../age/identity.ts'
import { deriveKey } from './derive-key.ts'
import type { HomeKeys, RecordingKeys } from './port.ts'

const VALUES = 'values of a recording'

/** Returns the keys of a recording, all made from its identity. */
export function recordingKeys(identity: Identity): RecordingKeys {
  return { identity, valueKey: deriveKey(identity.secret, VALUES) }
}

/**
 * Returns the keys of a recording by the secret of its identity. The identity itself, which costs
 * half a millisecond, is made when media are opened: lists and searches need none.
 */
export function recordingKeysOf(secret: Buffer): RecordingKeys {
  let identity: Identity | undefined
  return {
    valueKey: deriveKey(secret, VALUES),
    get identity() {
      identity ??= identityOf(secret)
      return identity
    },
  }
}

/** Returns the keys of a home, all made from its secret of 32 bytes. */
export function homeKeys(secret: Buffer): HomeKeys {
  return {
    valueKey: deriveKey(secret, 'values of a home'),
    tagIndexKey: deriveKey(secret, 'index of tags'),
    answerIndexKey: deriveKey(secret, 'owners of answers'),
  }
}
