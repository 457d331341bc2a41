import type { ClientSide } from '../contract/by.ts'
import type { Scope } from './scopes.ts'

/** The client that a credential stands for, and its rights. */
export interface Credential {
  side: ClientSide
  /**
   * Identifies the credential for its whole life, across restarts. Idempotency keys are stored
   * under it.
   */
  clientId: string
  /** The value of `by.client`: the token's name, `home` or `ui`. */
  client: string
  scopes: ReadonlySet<Scope>
  /** The UI session, which is not secret. Missing on the API side. */
  sessionId?: string
}

/** A token as the log stores it. */
export interface StoredToken {
  id: string
  name: string
  scopes: string[]
  /** SHA-256 of the secret, lower-case hex. */
  sha256: string
  createdAt: string
}
