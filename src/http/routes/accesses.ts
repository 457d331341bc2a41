import { sendJson } from '../answers/send-answer.ts'
import { assertInLog } from '../assert-in-log.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { pageQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'
import { eventCursor, positionOf } from '../streams/event-cursor.ts'

/** Returns the route that lists who has seen what is in a recording. */
export function accessRoutes({ recorder }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/accesses',
      operationId: 'listAccesses',
      tag: 'Events',
      summary:
        'Who played, downloaded, exported, watched, replayed or read a recording, oldest first',
      description:
        'One entry an act, not one a request: an act goes on until its client has asked for nothing of it for 5 minutes. A medium that is played later in the same act has an entry of its own. Reading a list, or a recording with its tags, is no access.',
      scope: 'audit',
      query: pageQuery,
      outcomes: [
        {
          status: 200,
          description: 'A page of accesses',
          content: { 'application/json': ANSWERS.AccessPage },
        },
      ],
      errors: ['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING'],
      async handle({ ctx, params, query: { limit, cursor } }) {
        const id = await recorder.findId(params.id as string)
        const from = cursor === undefined ? 0 : positionOf(cursor)
        assertInLog(from, recorder.log.position, '/cursor')
        const { items, after } = await recorder.accesses.list(id, { after: from, limit })
        sendJson(ctx, 200, { items, nextCursor: after === null ? null : eventCursor(after) })
      },
    }),
  ]
}
