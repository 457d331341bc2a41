import { RecorderError } from '../contract/errors.ts'
import { identityProof } from '../contract/identity-proof.ts'
import type { Credential, StoredToken } from './credential.ts'
import { createFailureLimiter } from './failure-limiter.ts'
import { createPageAccess, type PageAccess } from './page-access.ts'
import { SCOPES, UI_SCOPES } from './scopes.ts'
import type { SessionStore } from './session-file.ts'
import { createTokenLookup } from './token-lookup.ts'
import { createUiSessions } from './ui-sessions.ts'

/**
 * The number of wrong credentials that get 401 within {@link FAILURE_WINDOW_MS}. Further ones get
 * 429.
 */
export const FAILURE_LIMIT = 20
/** The window in which wrong credentials are counted, see {@link FAILURE_LIMIT}. */
export const FAILURE_WINDOW_MS = 60_000

/** Authenticates clients. No other part knows which credentials are valid. */
export interface Access extends PageAccess {
  /**
   * Returns the credential in these headers. `port` is the daemon's own, which names the session
   * cookie. Throws RecorderError UNAUTHENTICATED for a missing or wrong credential, RATE_LIMITED
   * (member `retryAfterSeconds`) after too many wrong ones, and INVALID_REQUEST for two at once.
   */
  authenticate(
    authorization: string | undefined,
    cookie: string | undefined,
    port: number,
  ): Credential
  /**
   * Returns the `clientId` of the credential in these headers; undefined when there is none or it
   * is not valid. Counts no failure: the request itself is authenticated later.
   */
  identify(
    authorization: string | undefined,
    cookie: string | undefined,
    port: number,
  ): string | undefined
  /** Whether the token of a credential has not been revoked, or its session not ended. */
  isCurrent(credential: Credential): boolean
  /** Proves that this is the daemon of the home, see `identityProof`. */
  proveIdentity(port: number, challenge: string): string
}

/**
 * Names the session cookie. The name contains the port, because browsers share cookies between the
 * ports of a host, and every daemon needs a cookie of its own.
 */
export function sessionCookieName(port: number): string {
  return `f2f_session_${port}`
}

function cookieValues(header: string, name: string): string[] {
  const values: string[] = []
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name)
      values.push(pair.slice(equals + 1).trim())
  }
  return values
}

function bearerSecret(authorization: string): string | undefined {
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
}

function twoCredentials(): RecorderError {
  const detail = 'Send either one bearer token or one session cookie.'
  return new RecorderError(
    'INVALID_REQUEST',
    'The request carries two credentials. Send only one.',
    { members: { errors: [{ pointer: '', detail }] } },
  )
}

const UI: Credential = { side: 'ui', clientId: 'ui', client: 'ui', scopes: new Set(UI_SCOPES) }
const UI_ADMIN: Credential = { ...UI, scopes: new Set(SCOPES) }

/**
 * Creates the authentication. It calls `tokens` at every request, so a token is valid from the
 * moment it is stored until the moment it is revoked. `now` returns epoch milliseconds.
 */
export function createAccess(options: {
  homeToken: string
  tokens: () => readonly StoredToken[]
  /** Keeps the UI sessions for the next daemon. Without it they end with this one. */
  sessionStore?: SessionStore
  now?: () => number
  /** Called for each wrong credential. */
  onRefused?: () => void
}): Access {
  const now = options.now ?? Date.now
  const limiter = createFailureLimiter({ limit: FAILURE_LIMIT, windowMs: FAILURE_WINDOW_MS, now })
  const sessions = createUiSessions(now, options.sessionStore)
  const lookup = createTokenLookup(options.homeToken, options.tokens)
  const page = createPageAccess(sessions, rejectCredential)

  function rejectCredential(detail: string): never {
    options.onRefused?.()
    const retryAfterSeconds = limiter.recordFailure()
    if (retryAfterSeconds === null) throw new RecorderError('UNAUTHENTICATED', detail)
    throw new RecorderError('RATE_LIMITED', 'There were too many wrong credentials.', {
      members: { retryAfterSeconds },
    })
  }

  function authenticateToken(authorization: string): Credential {
    const secret = bearerSecret(authorization)
    if (secret === undefined)
      return rejectCredential('The Authorization header does not have the form `Bearer <token>`.')
    return (
      lookup.find(secret) ?? rejectCredential('The token is not valid, or it has been revoked.')
    )
  }

  function authenticate(
    authorization: string | undefined,
    cookie: string | undefined,
    port: number,
  ): Credential {
    const secrets = cookie === undefined ? [] : cookieValues(cookie, sessionCookieName(port))
    if (secrets.length + (authorization === undefined ? 0 : 1) > 1) throw twoCredentials()
    if (authorization !== undefined) return authenticateToken(authorization)
    const secret = secrets[0]
    if (secret === undefined)
      throw new RecorderError('UNAUTHENTICATED', 'The request carries no credential.')
    const session = page.openSession(secret)
    if (session === null) return rejectCredential('The session is not valid, or it has ended.')
    return { ...(session.admin ? UI_ADMIN : UI), sessionId: session.sessionId }
  }

  function identify(
    authorization: string | undefined,
    cookie: string | undefined,
    port: number,
  ): string | undefined {
    if (authorization !== undefined) {
      const secret = bearerSecret(authorization)
      return secret === undefined ? undefined : lookup.find(secret)?.clientId
    }
    const [secret] = cookie === undefined ? [] : cookieValues(cookie, sessionCookieName(port))
    return secret !== undefined && page.openSession(secret) !== null ? UI.clientId : undefined
  }

  return {
    authenticate,
    identify,
    isCurrent: (credential) =>
      credential.sessionId === undefined
        ? lookup.isCurrent(credential)
        : page.isSessionOpen(credential.sessionId),
    proveIdentity: (port, challenge) => identityProof(options.homeToken, port, challenge),
    ...page,
  }
}
