import { sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { readinessQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

/** Returns the route that checks, before a recording, whether it would succeed. */
export function readinessRoutes({ recorder }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/readiness',
      operationId: 'readReadiness',
      tag: 'Recorder',
      summary: 'Checks whether the devices deliver and the computer is fit to record',
      description: [
        'Opens each medium’s default device for about half a second, measures its media and keeps none of them. Devices of a',
        'current recording are never opened: their tracks show the result. While anything is paused, no device is opened at all.',
        'Answers within 2 s, with 200 even when a check has failed.',
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
