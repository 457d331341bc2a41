import { sendJson } from '../answers/send-answer.ts'
import { assertInLog } from '../assert-in-log.ts'
import { ACCESS_ERRORS, recordAccess } from '../record-access.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { replayQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

/** Returns the route that shows a recording as it was at a moment. */
export function replayRoutes(services: Services): Route[] {
  const { recorder } = services
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/replay',
      operationId: 'replayRecording',
      tag: 'Events',
      summary: 'A recording as it was at a moment',
      description:
        'The states of its machines, the recording as clients saw it, what the last event changed, why a command was refused, and what each side was allowed to do. Send `position` or `at`, not both. Without them, the moment is the newest. Before the first event everything is in its initial state. `nextPosition` leads to the next event.',
      scope: 'audit',
      query: replayQuery,
      outcomes: [
        {
          status: 200,
          description: 'The recording at that moment',
          content: { 'application/json': ANSWERS.ReplayState },
        },
      ],
      errors: ['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', ...ACCESS_ERRORS],
      async handle(exchange) {
        const { ctx, params } = exchange
        const { position, at } = exchange.query
        if (position !== undefined) assertInLog(position, recorder.log.position, '/position')
        const id = await recorder.findId(params.id as string)
        await recordAccess(services, exchange, id, 'replayed')
        const replay = await recorder.replay(id)
        let index = replay.events.length
        if (position !== undefined) index = replay.indexAtPosition(position)
        else if (at !== undefined) index = replay.indexAtTime(at)
        sendJson(ctx, 200, replay.stateAfter(index))
      },
    }),
  ]
}
