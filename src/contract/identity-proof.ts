import { createHmac, timingSafeEqual } from 'node:crypto'

/** The request header in which a client challenges the daemon: 32 random bytes as base64url. */
export const CHALLENGE_HEADER = 'f2f-challenge'
/** The answer header in which the daemon proves who it is, see {@link identityProof}. */
export const PROOF_HEADER = 'f2f-proof'
const CHALLENGE = /^[\w-]{43}$/

/** Whether a text has the form of a challenge. */
export function isChallenge(text: string): boolean {
  return CHALLENGE.test(text)
}

/**
 * Proves knowledge of the home token without showing it: HMAC-SHA256 (RFC 2104) with the token as
 * key, over the port and the challenge, as base64url. The port keeps a stranger from answering with
 * the proof of the true daemon at another port.
 */
export function identityProof(homeToken: string, port: number, challenge: string): string {
  return createHmac('sha256', homeToken)
    .update(`f2f-identity-v1\n${port}\n${challenge}`)
    .digest('base64url')
}

/** Compares two proofs in constant time. */
export function isSameProof(expected: string, given: string | undefined): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given ?? '')]
  return a.length === b.length && timingSafeEqual(a, b)
}
