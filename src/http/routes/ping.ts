import { sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'

/** The path that a page of an allowed origin calls before it has a credential. */
export const PING_PATH = '/v1/ping'

/** Returns the route with which a web application finds out whether a recorder answers. */
export function pingRoute(): Route {
  return defineRoute({
    method: 'GET',
    path: PING_PATH,
    operationId: 'ping',
    tag: 'Recorder',
    summary: 'Checks that a page may call the recorder',
    description:
      'A page of an allowed origin calls it first, so that the browser asks its user for access to this computer (Local Network Access). docs/web-applications.md has the details.',
    scope: null,
    outcomes: [
      {
        status: 200,
        description: 'It answers',
        content: { 'application/json': ANSWERS.Health },
      },
    ],
    handle({ ctx }) {
      sendJson(ctx, 200, { status: 'ok' })
    },
  })
}
