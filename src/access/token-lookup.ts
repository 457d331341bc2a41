import { timingSafeEqual } from 'node:crypto'
import type { Credential, StoredToken } from './credential.ts'
import { isScope, SCOPES } from './scopes.ts'
import { sha256Hex } from './secrets.ts'

interface KnownToken {
  digest: Buffer
  credential: Credential
}

/** Hashes to the characters of the hex form, which takes Node half the time of a binary digest. */
function digestOf(secret: string): Buffer {
  return Buffer.from(sha256Hex(secret), 'latin1')
}

const HOME: Credential = { side: 'api', clientId: 'home', client: 'home', scopes: new Set(SCOPES) }

/** Returns the client id of the token with this id. */
export const clientIdOf = (tokenId: string): string => `token:${tokenId}`

/** The look-up of credentials. It calls `tokens` each time. */
export interface TokenLookup {
  /**
   * Returns the credential that the secret of a bearer token has; undefined when it has none.
   * Comparing takes the same time for right and wrong secrets.
   */
  find(secret: string): Credential | undefined
  /** Whether a credential that was found has not been revoked. */
  isCurrent(credential: Credential): boolean
}

/** Creates the look-up of credentials in the home token and the stored ones. */
export function createTokenLookup(
  homeToken: string,
  tokens: () => readonly StoredToken[],
): TokenLookup {
  const homeDigest = digestOf(homeToken)
  const known = new WeakMap<StoredToken, KnownToken>()

  function knownToken(stored: StoredToken): KnownToken {
    const found = known.get(stored)
    if (found !== undefined) return found
    const { id, name, scopes } = stored
    const credential: Credential = {
      side: 'api',
      clientId: clientIdOf(id),
      client: name,
      scopes: new Set(scopes.filter(isScope)),
    }
    const token = { digest: Buffer.from(stored.sha256, 'latin1'), credential }
    known.set(stored, token)
    return token
  }

  return {
    find(secret) {
      const digest = digestOf(secret)
      if (timingSafeEqual(digest, homeDigest)) return HOME
      for (const stored of tokens()) {
        const token = knownToken(stored)
        if (timingSafeEqual(digest, token.digest)) return token.credential
      }
      return undefined
    },
    isCurrent(credential) {
      if (credential === HOME) return true
      // By its id: a log that was opened again has the same tokens as new objects.
      return tokens().some(({ id }) => clientIdOf(id) === credential.clientId)
    },
  }
}
