import type { ErrorCode } from '../../contract/errors.ts'
import { sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { reasonRequest } from '../schemas/custody-requests.ts'
import { pageQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'
import { eventCursor, positionOf } from '../streams/event-cursor.ts'
import { commandRoute, RECORDING_OUTCOME } from './command-route.ts'

/** The further codes of commands of custody. */
const CUSTODY_ERRORS: readonly ErrorCode[] = [
  ...(['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', 'VERSION_MISMATCH'] as const),
]

/** Returns the routes for holds and the erasure of recordings. */
export function custodyRoutes(services: Services): Route[] {
  return [eraseRecording(services), placeHold(services), listHolds(services), releaseHold(services)]
}

function eraseRecording(services: Services): Route {
  return commandRoute(services, {
    name: 'recording.erase',
    path: '/v1/recordings/:id/erase',
    operationId: 'eraseRecording',
    tag: 'Custody',
    summary: 'Erases a closed recording for ever',
    description:
      'Destroys the key of the recording, then removes its files. Its facts stay, without tags, notes and names of devices. The reason stays readable in the log, so it must not be about a person. What has begun is completed, also after a crash. Erasing twice changes nothing. A 503 says that the erasure is not complete yet, and goes on.',
    scope: 'admin',
    body: reasonRequest,
    request: ({ reason }) => ({ reason }),
    outcome: { ...RECORDING_OUTCOME, description: 'The recording, with `erased`' },
    errors: [...CUSTODY_ERRORS, 'INVALID_STATE', 'ON_HOLD'],
  })
}

function placeHold(services: Services): Route {
  return commandRoute(services, {
    name: 'recording.hold',
    path: '/v1/recordings/:id/holds',
    operationId: 'placeHold',
    tag: 'Custody',
    summary: 'Places a hold, which keeps the recording from erasure',
    description:
      'Also on a recording that is not closed. Several holds may stand at once; the new one is the last of `holds`. The reason is sealed with the key of the recording.',
    scope: 'admin',
    body: reasonRequest,
    request: ({ reason }) => ({ reason }),
    outcome: {
      ...RECORDING_OUTCOME,
      status: 201,
      description: 'The recording, with its holds',
      headers: ['ETag', 'Location'],
    },
    location: (id) => `/v1/recordings/${id}/holds`,
    errors: CUSTODY_ERRORS,
  })
}

function releaseHold(services: Services): Route {
  return commandRoute(services, {
    name: 'recording.releaseHold',
    path: '/v1/recordings/:id/holds/:holdId/release',
    operationId: 'releaseHold',
    tag: 'Custody',
    summary: 'Releases a hold',
    description:
      'With `holds.releaseBy: "other"` in config.json, the credential that placed the hold cannot release it.',
    scope: 'admin',
    body: reasonRequest,
    request: ({ reason }, { holdId = '' }) => ({ holdId, reason }),
    outcome: {
      ...RECORDING_OUTCOME,
      description: 'The recording, with the holds that still stand',
    },
    errors: [...CUSTODY_ERRORS, 'NOT_FOUND', 'FORBIDDEN_SAME_ACTOR'],
  })
}

function listHolds({ recorder }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/recordings/:id/holds',
    operationId: 'listHolds',
    tag: 'Custody',
    summary: 'The holds in force, oldest first',
    description: 'Those that were released are in the events of the recording.',
    scope: 'admin',
    query: pageQuery,
    outcomes: [
      {
        status: 200,
        description: 'A page of holds',
        content: { 'application/json': ANSWERS.HoldPage },
      },
    ],
    errors: ['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING'],
    async handle({ ctx, credential, params, query: { limit, cursor } }) {
      const { holds } = await recorder.recording(params.id as string, credential.side)
      const from = cursor === undefined ? 0 : positionOf(cursor)
      const to = from + limit
      const nextCursor = to < holds.length ? eventCursor(to) : null
      sendJson(ctx, 200, { items: holds.slice(from, to), nextCursor })
    },
  })
}
