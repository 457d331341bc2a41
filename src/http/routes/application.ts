import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { sendJson, sendText } from '../send-answer.ts'
import type { Services } from '../services.ts'

/** Returns the routes for health, the application and its devices. */
export function applicationRoutes({ recorder }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/healthz',
      operationId: 'health',
      summary: 'Checks that the daemon answers',
      scope: null,
      outcomes: [
        { status: 200, description: 'It answers', content: { 'application/json': ANSWERS.Health } },
      ],
      handle({ ctx }) {
        sendJson(ctx, 200, { status: 'ok' })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/application',
      operationId: 'readApplication',
      summary: 'The state of the recorder, its media and its storage',
      scope: 'read',
      outcomes: [
        {
          status: 200,
          description: 'The state',
          content: { 'application/json': ANSWERS.Application },
        },
      ],
      async handle({ ctx, credential }) {
        sendJson(ctx, 200, await recorder.application(credential.side))
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/devices',
      operationId: 'listDevices',
      summary: 'The devices of each medium',
      scope: 'read',
      outcomes: [
        {
          status: 200,
          description: 'The devices by medium',
          content: { 'application/json': ANSWERS.Devices },
        },
      ],
      async handle({ ctx }) {
        sendJson(ctx, 200, await recorder.devices())
      },
    }),
  ]
}

/** Returns the route for openapi.json. It calls `text` at every request. */
export function openApiRoute(text: () => string): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/openapi.json',
    operationId: 'readOpenApi',
    summary: 'This description (OpenAPI 3.1)',
    scope: 'read',
    outcomes: [
      {
        status: 200,
        description: 'The description',
        content: { 'application/json': ANSWERS.OpenApi },
      },
    ],
    handle({ ctx }) {
      sendText(ctx, 200, 'application/json', text())
    },
  })
}
