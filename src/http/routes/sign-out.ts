import { sessionCookieName } from '../../access/access.ts'
import { defineRoute, type Route } from '../route.ts'
import { emptyRequest } from '../schemas/requests.ts'
import { sendEmpty } from '../send-answer.ts'
import type { Services } from '../services.ts'
import { invalidRequest } from '../validate.ts'

/** Returns the routes that end UI sessions. */
export function signOutRoutes(services: Services): Route[] {
  return [signOut(services), endSessions(services)]
}

function signOut({ access, address, streams }: Services): Route {
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
    async handle({ ctx, credential: { sessionId } }) {
      if (sessionId === undefined) {
        const detail = 'A token has no session to end. Revoke it with DELETE /v1/tokens/{id}.'
        throw invalidRequest([{ pointer: '', detail }])
      }
      const forgotten = access.endSession(sessionId)
      streams.end(sessionId)
      await forgotten
      const name = sessionCookieName(address().port)
      const cookie = `${name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`
      sendEmpty(ctx, 204, ['Set-Cookie', cookie])
    },
  })
}

function endSessions({ access, streams }: Services): Route {
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
      await access.endSessions((sessionId) => streams.end(sessionId))
      sendEmpty(ctx, 204)
    },
  })
}
