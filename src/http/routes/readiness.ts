import { sendJson } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { readinessQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

/** Whether a recording would become one, asked before anybody sits down. */
export function readinessRoutes({ recorder }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/readiness',
      operationId: 'readReadiness',
      summary: 'Whether devices deliver, and the computer is fit to record',
      description: [
        'Opens each medium’s default device for about half a second, measures what comes and keeps nothing of it. Devices of a',
        'recording that is under way are never opened: their tracks tell; and while anything is paused none is opened at all.',
        'Answers within 2 s, with 200 also when something has failed.',
      ].join(' '),
      scope: 'read',
      query: readinessQuery,
      outcomes: [
        {
          status: 200,
          description: 'The checks',
          content: { 'application/json': ANSWERS.Readiness },
        },
      ],
      async handle({ ctx, query }) {
        sendJson(ctx, 200, await recorder.readiness(query.media))
      },
    }),
  ]
}
