import { hash, randomBytes } from 'node:crypto'

/** Begins every token, so that secret scanners can recognise one that has leaked. */
export const TOKEN_PREFIX = 'f2f_'

/** 256 random bits as base64url (43 characters), for tokens, launch codes and sessions. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** A new token. The secret is shown once; only its hash is ever stored. */
export function newToken(): { id: string; secret: string; sha256: string } {
  const secret = TOKEN_PREFIX + newSecret()
  return { id: `tok_${randomBytes(12).toString('base64url')}`, secret, sha256: sha256Hex(secret) }
}

/**
 * SHA-256 as lower-case hex. No salt and no stretching: what goes in are 256 random bits, which
 * nobody can guess.
 */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex')
}
