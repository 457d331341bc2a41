import { sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { emptyRequest } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

/** Returns the routes for the keys of the home. */
export function keyRoutes(services: Services): Route[] {
  return [readKeys(services), rotateKeys(services)]
}

function readKeys({ recorder }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/keys',
    operationId: 'readKeys',
    tag: 'Recorder',
    summary: 'The state of the keys of the recordings, without any secret',
    description: 'Answers also while the master key is missing: `problem` then says why.',
    scope: 'admin',
    outcomes: [
      {
        status: 200,
        description: 'The state of the keys',
        content: { 'application/json': ANSWERS.Keys },
      },
    ],
    async handle({ ctx }) {
      sendJson(ctx, 200, await recorder.keyStatus())
    },
  })
}

function rotateKeys({ recorder, user }: Services): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/keys/rotate',
    operationId: 'rotateKeys',
    tag: 'Recorder',
    summary: 'Replaces the master key by a new one',
    description:
      'All keys are wrapped by the new master key, and the old one is destroyed. Backups of the old one then open no key of this home, but still those in old copies of it. Answers when it has begun; `rotation` of `GET /v1/keys` shows how far it is. Recording goes on meanwhile, and the next start completes a rotation that was interrupted.',
    scope: 'admin',
    changesState: true,
    body: emptyRequest,
    outcomes: [
      {
        status: 202,
        description: 'The rotation has begun, or goes on',
        content: { 'application/json': ANSWERS.Keys },
      },
    ],
    errors: ['KEY_UNAVAILABLE', 'NOT_READY', 'STORAGE_UNAVAILABLE', 'STORAGE_FULL'],
    async handle({ ctx, credential: { side, client } }) {
      sendJson(ctx, 202, await recorder.rotateKeys({ side, client, user }))
    },
  })
}
