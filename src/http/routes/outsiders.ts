import { sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import type { Services } from '../services.ts'

/** Returns the route for the services outside this computer that remember checkpoints. */
export function outsiderRoutes({ outsiders }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/audit/outsiders',
      operationId: 'listOutsiders',
      tag: 'Audit',
      summary: 'The outside witnesses and the timestamp authority, and what they remember',
      description:
        'Those that `audit` in config.json names. A `problem` with the code `contradicted` means that the witness has seen another log under this name: the home was rolled back, or copied.',
      scope: 'read',
      outcomes: [
        {
          status: 200,
          description: 'All of them, in the order of config.json',
          content: { 'application/json': ANSWERS.Outsiders },
        },
      ],
      handle({ ctx }) {
        sendJson(ctx, 200, { items: outsiders() })
      },
    }),
  ]
}
