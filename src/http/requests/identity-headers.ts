import type { Access } from '../../access/access.ts'
import { isChallenge } from '../../contract/identity-proof.ts'
import { invalidRequest } from './validate.ts'

/**
 * Returns the header that answers a challenge to prove the daemon's identity; none without a
 * challenge. Throws INVALID_REQUEST when the challenge is malformed.
 */
export function identityHeaders(
  access: Pick<Access, 'proveIdentity'>,
  port: number,
  challenge: string | string[] | undefined,
): readonly string[] {
  if (challenge === undefined) return []
  if (typeof challenge !== 'string' || !isChallenge(challenge))
    throw invalidRequest([
      { pointer: '', detail: 'F2F-Challenge must be 32 bytes as base64url, 43 characters.' },
    ])
  return ['F2F-Proof', access.proveIdentity(port, challenge)]
}
