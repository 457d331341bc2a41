import { sessionCookieName } from '../../access/access.ts'
import type { Credential } from '../../access/credential.ts'
import { RecorderError } from '../../contract/errors.ts'
import { sendEmpty, sendJson } from '../answers/send-answer.ts'
import { invalidRequest } from '../requests/validate.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { emptyRequest } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

/** Returns the routes of UI sessions. */
export function uiSessionRoutes(services: Services): Route[] {
  return [readSession(services), signOut(services), endSessions(services)]
}

/** Returns the session of a request. Throws INVALID_REQUEST for a token, which has none. */
function sessionOf({ sessionId }: Credential): string {
  if (sessionId !== undefined) return sessionId
  const detail = 'A token has no session. Only the recorder’s own page has one.'
  throw invalidRequest([{ pointer: '', detail }])
}

function readSession({ access }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/ui/session',
    operationId: 'readSession',
    tag: 'Page',
    summary: 'The browser’s own session: when it ends, and its scopes',
    description:
      'Lets the page ask for a new launch URL in time, and offer only what it may do. Reading it does not make the session longer.',
    scope: 'read',
    outcomes: [
      {
        status: 200,
        description: 'The session',
        content: { 'application/json': ANSWERS.UiSession },
      },
    ],
    handle({ ctx, credential }) {
      const expiresAt = access.sessionExpiry(sessionOf(credential))
      if (expiresAt === undefined)
        throw new RecorderError('UNAUTHENTICATED', 'The session has ended.')
      sendJson(ctx, 200, { expiresAt, scopes: [...credential.scopes] })
    },
  })
}

function signOut({ access, address, streams, feeds }: Services): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/ui/sign-out',
    operationId: 'signOut',
    tag: 'Page',
    summary: 'Ends the browser’s own session, and its event streams at once',
    description: 'Removes the cookie. Only a session can be signed out; a token is revoked.',
    scope: 'read',
    changesState: true,
    body: emptyRequest,
    outcomes: [{ status: 204, description: 'The session has ended', headers: ['Set-Cookie'] }],
    errors: ['STORAGE_UNAVAILABLE'],
    async handle({ ctx, credential }) {
      const sessionId = sessionOf(credential)
      const forgotten = access.endSession(sessionId)
      streams.end(sessionId)
      feeds.endFor(sessionId)
      await forgotten
      const name = sessionCookieName(address().port)
      const cookie = `${name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`
      sendEmpty(ctx, 204, ['Set-Cookie', cookie])
    },
  })
}

function endSessions({ access, streams, feeds }: Services): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/v1/ui/sessions',
    operationId: 'endSessions',
    tag: 'Page',
    summary: 'Ends the sessions of all browsers, and their event streams at once',
    description: 'Launch URLs that have not been opened yet become void, too.',
    scope: 'admin',
    changesState: true,
    outcomes: [{ status: 204, description: 'No browser is signed in' }],
    errors: ['STORAGE_UNAVAILABLE'],
    async handle({ ctx }) {
      await access.endSessions((sessionId) => {
        streams.end(sessionId)
        feeds.endFor(sessionId)
      })
      sendEmpty(ctx, 204)
    },
  })
}
