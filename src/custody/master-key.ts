import { createHash, randomBytes } from 'node:crypto'

/** Bytes of a master key. */
export const MASTER_KEY_BYTES = 32

/** The key that wraps all other keys of a home. */
export interface MasterKey {
  /** Names it without revealing it: the beginning of a SHA-256 of the secret, lower-case hex. */
  id: string
  /** 32 bytes. */
  secret: Buffer
}

/** Returns a secret of 32 bytes as a master key. */
export function masterKeyOf(secret: Buffer): MasterKey {
  const hash = createHash('sha256').update('f2f master key').update(secret)
  return { id: hash.digest('hex').slice(0, 16), secret }
}

/** Creates a random master key. */
export function createMasterKey(): MasterKey {
  return masterKeyOf(randomBytes(MASTER_KEY_BYTES))
}
