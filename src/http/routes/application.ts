import { CHALLENGE_HEADER } from '../../contract/identity-proof.ts'
import { sendJson, sendText } from '../answers/send-answer.ts'
import { identityHeaders } from '../requests/identity-headers.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import type { Services } from '../services.ts'

/** Returns the routes for health, the application and its devices. */
export function applicationRoutes({ recorder, access, address }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/healthz',
      operationId: 'health',
      tag: 'Recorder',
      summary: 'Checks that the daemon answers',
      description:
        'A client that knows the home token can check that this is the daemon of its home before it sends a credential: `F2F-Challenge` is 32 random bytes as base64url, `F2F-Proof` is HMAC-SHA256 with the home token as key over `f2f-identity-v1`, the port and the challenge, joined by line feeds, as base64url.',
      scope: null,
      requestHeaders: ['F2F-Challenge'],
      outcomes: [
        {
          status: 200,
          description: 'It answers',
          content: { 'application/json': ANSWERS.Health },
          headers: ['F2F-Proof'],
        },
      ],
      handle({ ctx }) {
        const challenge = ctx.req.headers[CHALLENGE_HEADER]
        const headers = identityHeaders(access, address().port, challenge)
        sendJson(ctx, 200, { status: 'ok' }, headers)
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/application',
      operationId: 'readApplication',
      tag: 'Recorder',
      summary: 'The state of the recorder, its media and its storage',
      description:
        '`Error` means that the recorder cannot do what was asked of it, and outranks `Recording`. `errors` has the errors and warnings in force. `allowedCommands` depends on the asking side.',
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
      tag: 'Recorder',
      summary: 'The devices of each medium',
      description: 'A start takes the ids in `devices`. It opens no device.',
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
    tag: 'Recorder',
    summary: 'This description (OpenAPI 3.1)',
    description: 'Generated from the routes and schemas that the recorder itself uses.',
    scope: 'read',
    opensInTab: true,
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
