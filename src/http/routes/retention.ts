import { RecorderError } from '../../contract/errors.ts'
import { sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { emptyRequest, pageQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'
import { eventCursor, positionOf } from '../streams/event-cursor.ts'

/** Returns the routes for the retention of recordings. */
export function retentionRoutes(services: Services): Route[] {
  return [readRetention(services), confirmClock(services), confirmHolds(services)]
}

function readRetention({ recorder }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/retention',
    operationId: 'readRetention',
    tag: 'Custody',
    summary: 'The recordings that retention will erase, the next first',
    description:
      'Each with its time and its rule; `holds` says how many holds keep it for now. Recordings that are kept for ever are left out. The recorder applies the rules at each start, and daily.',
    scope: 'admin',
    query: pageQuery,
    outcomes: [
      {
        status: 200,
        description: 'A page of recordings',
        content: { 'application/json': ANSWERS.RetentionPage },
      },
    ],
    async handle({ ctx, query: { limit, cursor } }) {
      const { waiting, due, entries } = await recorder.retention.report()
      const from = cursor === undefined ? 0 : positionOf(cursor)
      const to = from + limit
      const nextCursor = to < entries.length ? eventCursor(to) : null
      sendJson(ctx, 200, { waiting, due, items: entries.slice(from, to), nextCursor })
    },
  })
}

function confirmClock(services: Services): Route {
  return confirmation(services, 'confirmClock', {
    path: '/v1/retention/confirm',
    summary: 'Confirms that the clock of the system is right',
    description:
      'While `waiting` has the reason `clock`, retention erases nothing, because the clock is more than a day ahead of the newest time in the log. Confirm it only when the date of the computer is right: what is due by it is then erased. Changes nothing while the clock is not in doubt.',
  })
}

function confirmHolds(services: Services): Route {
  return confirmation(services, 'confirmHolds', {
    path: '/v1/retention/confirm-holds',
    summary: 'Confirms that lost holds are placed again',
    description:
      'While `waiting` has the reason `lostEnd`, retention erases nothing, because the log has lost its end, and perhaps holds that were placed after `from`. Place them again, then confirm: what is due is then erased. Changes nothing while nothing is lost.',
  })
}

function confirmation(
  { recorder, user, isRunning }: Services,
  operationId: 'confirmClock' | 'confirmHolds',
  texts: { path: string; summary: string; description: string },
): Route {
  return defineRoute({
    method: 'POST',
    operationId,
    ...texts,
    tag: 'Custody',
    scope: 'admin',
    changesState: true,
    body: emptyRequest,
    outcomes: [
      {
        status: 200,
        description: 'The state of retention',
        content: { 'application/json': ANSWERS.RetentionStatus },
      },
    ],
    errors: ['KEY_UNAVAILABLE', 'NOT_READY', 'STORAGE_UNAVAILABLE', 'STORAGE_FULL'],
    async handle({ ctx, credential: { side, client } }) {
      if (!isRunning()) throw new RecorderError('NOT_READY', 'The recorder is stopping.')
      await recorder.retention[operationId]({ side, client, user })
      const { waiting, due } = await recorder.retention.report()
      sendJson(ctx, 200, { waiting, due })
    },
  })
}
