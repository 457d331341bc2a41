import type { StoredToken } from '../../access/credential.ts'
import { isScope } from '../../access/scopes.ts'
import { newToken } from '../../access/secrets.ts'
import type { By } from '../../contract/by.ts'
import { RecorderError } from '../../contract/errors.ts'
import { defineRoute, type Exchange, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { pageQuery, tokenRequest } from '../schemas/requests.ts'
import { sendEmpty, sendJson } from '../send-answer.ts'
import type { Services } from '../services.ts'

function viewOf({ id, name, scopes, createdAt }: StoredToken) {
  return { id, name, scopes: scopes.filter(isScope), createdAt }
}

/** Returns the routes for the tokens of third parties. */
export function tokenRoutes(services: Services): Route[] {
  return [listTokens(services), createToken(services), revokeToken(services)]
}

function byOf({ credential: { side, client } }: Exchange, user: string): By {
  return { side, client, user }
}

function findToken(recorder: Services['recorder'], id: string): StoredToken | undefined {
  return recorder.log.tokens().find((token) => token.id === id)
}

function requireReady(isRunning: Services['isRunning']): void {
  if (!isRunning()) throw new RecorderError('NOT_READY', 'The recorder is stopping.')
}

function listTokens({ recorder }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/tokens',
    operationId: 'listTokens',
    summary: 'All tokens, oldest first, without their secrets',
    scope: 'admin',
    query: pageQuery,
    outcomes: [
      {
        status: 200,
        description: 'A page of tokens',
        content: { 'application/json': ANSWERS.TokenPage },
      },
    ],
    handle({ ctx, query: { limit, cursor } }) {
      const tokens = recorder.log.tokens()
      const from = cursor === undefined ? 0 : tokens.findIndex((token) => token.id === cursor) + 1
      const items = tokens.slice(from, from + limit).map(viewOf)
      const nextCursor = from + limit < tokens.length ? (items.at(-1)?.id ?? null) : null
      sendJson(ctx, 200, { items, nextCursor })
    },
  })
}

function createToken({ recorder, user, isRunning }: Services): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/tokens',
    operationId: 'createToken',
    summary: 'Creates a token for a third party, and shows its secret once',
    scope: 'admin',
    changesState: true,
    body: tokenRequest,
    outcomes: [
      {
        status: 201,
        description: 'The token',
        content: { 'application/json': ANSWERS.NewToken },
      },
    ],
    errors: ['NOT_READY', 'STORAGE_UNAVAILABLE', 'STORAGE_FULL'],
    async handle(exchange) {
      requireReady(isRunning)
      const { name } = exchange.body
      const scopes = [...new Set(exchange.body.scopes)]
      const { id, secret, sha256 } = newToken()
      await recorder.appendTokenEvent(
        'token.created',
        { id, name, scopes, sha256 },
        byOf(exchange, user),
      )
      const createdAt = findToken(recorder, id)?.createdAt ?? new Date().toISOString()
      sendJson(exchange.ctx, 201, { id, name, scopes, createdAt, token: secret })
    },
  })
}

function revokeToken({ recorder, streams, user, isRunning }: Services): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/v1/tokens/:tokenId',
    operationId: 'revokeToken',
    summary: 'Revokes a token, and ends its streams at once',
    scope: 'admin',
    changesState: true,
    outcomes: [{ status: 204, description: 'The token is revoked' }],
    errors: ['NOT_FOUND', 'NOT_READY', 'STORAGE_UNAVAILABLE', 'STORAGE_FULL'],
    async handle(exchange) {
      requireReady(isRunning)
      const id = exchange.params.tokenId as string
      if (findToken(recorder, id) === undefined)
        throw new RecorderError('NOT_FOUND', 'There is no token with this id.')
      await recorder.appendTokenEvent('token.revoked', { id }, byOf(exchange, user))
      streams.end(`token:${id}`)
      sendEmpty(exchange.ctx, 204)
    },
  })
}
