import { hash, randomBytes } from 'node:crypto'

/** The prefix of every token, by which secret scanners recognise a leaked one. */
export const TOKEN_PREFIX = 'f2f_'

/**
 * Generates 256 random bits as base64url (43 characters), for tokens, launch codes and sessions.
 */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Generates a token. The secret is shown once, and only its hash is ever stored. */
export function newToken(): { id: string; secret: string; sha256: string } {
  const secret = TOKEN_PREFIX + newSecret()
  return { id: `tok_${randomBytes(12).toString('base64url')}`, secret, sha256: sha256Hex(secret) }
}

/**
 * Hashes a text with SHA-256 to lower-case hex. Secrets need no salt and no stretching, because
 * nobody can guess 256 random bits.
 */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex')
}
