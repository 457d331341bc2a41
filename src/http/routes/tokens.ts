import type { StoredToken } from '../../access/credential.ts'
import { isScope } from '../../access/scopes.ts'
import { newToken } from '../../access/secrets.ts'
import { clientIdOf } from '../../access/token-lookup.ts'
import type { By } from '../../contract/by.ts'
import { RecorderError } from '../../contract/errors.ts'
import { sendEmpty, sendJson } from '../answers/send-answer.ts'
import { defineRoute, type Exchange, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { pageQuery } from '../schemas/requests.ts'
import { tokenRequest } from '../schemas/token-request.ts'
import type { Services } from '../services.ts'
import { eventCursor, positionOf } from '../streams/event-cursor.ts'

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
    tag: 'Tokens',
    summary: 'All tokens, oldest first, without their secrets',
    description: 'Revoked tokens and the home token are left out.',
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
      // The cursor is a position, so the list goes on even after a token that was revoked.
      const after = cursor === undefined ? 0 : positionOf(cursor)
      const tokens = recorder.log.tokens().filter(({ position }) => position > after)
      const items = tokens.slice(0, limit)
      const last = items.at(-1)
      const nextCursor =
        last !== undefined && tokens.length > limit ? eventCursor(last.position) : null
      sendJson(ctx, 200, { items: items.map(viewOf), nextCursor })
    },
  })
}

function createToken({ recorder, user, isRunning }: Services): Route {
  /** The ids of tokens that are being written to the log, by name. */
  const pending = new Map<string, string>()

  function refuseTakenName(name: string): void {
    const tokenId =
      pending.get(name) ?? recorder.log.tokens().find((token) => token.name === name)?.id
    if (tokenId !== undefined)
      throw new RecorderError('TOKEN_NAME_TAKEN', 'Another token has this name.', {
        members: { tokenId },
      })
  }

  return defineRoute({
    method: 'POST',
    path: '/v1/tokens',
    operationId: 'createToken',
    tag: 'Tokens',
    summary: 'Creates a token for a third party, and shows its secret once',
    description:
      'The name stands as `by.client` in every event that the token causes, so no two valid tokens share one.',
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
    errors: [
      'TOKEN_NAME_TAKEN',
      'KEY_UNAVAILABLE',
      'NOT_READY',
      'STORAGE_UNAVAILABLE',
      'STORAGE_FULL',
    ],
    async handle(exchange) {
      requireReady(isRunning)
      const { name } = exchange.body
      refuseTakenName(name)
      const scopes = [...new Set(exchange.body.scopes)]
      const { id, secret, sha256 } = newToken()
      const data = { id, name, scopes, sha256 }
      pending.set(name, id)
      await recorder
        .appendTokenEvent('token.created', data, byOf(exchange, user))
        .finally(() => pending.delete(name))
      const createdAt = findToken(recorder, id)?.createdAt ?? new Date().toISOString()
      sendJson(exchange.ctx, 201, { id, name, scopes, createdAt, token: secret })
    },
  })
}

function revokeToken({ recorder, streams, feeds, user, isRunning }: Services): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/v1/tokens/:tokenId',
    operationId: 'revokeToken',
    tag: 'Tokens',
    summary: 'Revokes a token, and ends its streams at once',
    description: 'The recordings that it has started stay as they are, and stay with the API side.',
    scope: 'admin',
    changesState: true,
    outcomes: [{ status: 204, description: 'The token is revoked' }],
    errors: ['NOT_FOUND', 'KEY_UNAVAILABLE', 'NOT_READY', 'STORAGE_UNAVAILABLE', 'STORAGE_FULL'],
    async handle(exchange) {
      requireReady(isRunning)
      const id = exchange.params.tokenId as string
      if (findToken(recorder, id) === undefined)
        throw new RecorderError('NOT_FOUND', 'There is no token with this id.')
      await recorder.appendTokenEvent('token.revoked', { id }, byOf(exchange, user))
      streams.end(clientIdOf(id))
      feeds.endFor(clientIdOf(id))
      sendEmpty(exchange.ctx, 204)
    },
  })
}
