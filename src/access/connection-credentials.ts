import type { Access } from './access.ts'
import type { Credential } from './credential.ts'

interface Proved {
  authorization: string
  credential: Credential
}

/**
 * Authenticates the requests of connections. A connection that sends the same Authorization header
 * again has proved already that it knows the token, so the token is not hashed again. Whether it
 * has been revoked is asked at every request.
 */
export class ConnectionCredentials {
  readonly #access: Pick<Access, 'authenticate' | 'isCurrent'>
  readonly #proved = new WeakMap<object, Proved>()

  constructor(access: Pick<Access, 'authenticate' | 'isCurrent'>) {
    this.#access = access
  }

  /** Returns the credential of a request of a connection. Throws like `Access.authenticate`. */
  authenticate(
    connection: object,
    { authorization, cookie }: { authorization?: string | undefined; cookie?: string | undefined },
    port: number,
  ): Credential {
    // A cookie may be a second credential.
    if (authorization === undefined || cookie !== undefined)
      return this.#access.authenticate(authorization, cookie, port)
    const proved = this.#proved.get(connection)
    if (proved?.authorization === authorization && this.#access.isCurrent(proved.credential))
      return proved.credential
    const credential = this.#access.authenticate(authorization, cookie, port)
    this.#proved.set(connection, { authorization, credential })
    return credential
  }
}
