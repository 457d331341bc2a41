import { type AuditKey, notSigned } from '../../contract/audit-key.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { RecorderPort } from '../../recorder/port.ts'
import { sendJson, sendText } from '../answers/send-answer.ts'
import { assertInLog } from '../assert-in-log.ts'
import { invalidRequest } from '../requests/validate.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { consistencyQuery, emptyRequest } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

type LogProofs = RecorderPort['log']['proofs']

const PLAIN_TEXT = 'text/plain; charset=utf-8'
const SCOPE = 'audit'

/** Returns the routes for proofs that strangers can check without the recorder. */
export function proofRoutes(services: Services): Route[] {
  return [
    readCheckpoint(services),
    readKey(services),
    rotateKey(services),
    readReceipt(services),
    readConsistency(services),
  ]
}

function readCheckpoint({ recorder }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/audit/checkpoint',
    operationId: 'readCheckpoint',
    tag: 'Audit',
    summary: 'The newest checkpoint of the log',
    description:
      'A signed note (C2SP tlog-checkpoint): the name of the log, its number of events, and the root of the Merkle tree over their stored records (RFC 6962), signed with Ed25519. It covers every event that was ever acknowledged. Whoever keeps one can later prove that nothing before it was changed or removed.',
    scope: SCOPE,
    outcomes: [{ status: 200, description: 'The checkpoint', content: { 'text/plain': null } }],
    errors: ['KEY_UNAVAILABLE'],
    handle({ ctx }) {
      sendText(ctx, 200, PLAIN_TEXT, newest(recorder.log.proofs).note)
    },
  })
}

function readKey({ recorder }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/audit/key',
    operationId: 'readAuditKey',
    tag: 'Audit',
    summary: 'The keys that verify checkpoints and receipts',
    description:
      'Each as a vkey (C2SP signed-note). Give `key` to those who are to verify the log, by another way than the log itself. The checkpoint of a rotation is signed by both keys.',
    scope: SCOPE,
    outcomes: [
      { status: 200, description: 'The keys', content: { 'application/json': ANSWERS.AuditKey } },
    ],
    errors: ['KEY_UNAVAILABLE'],
    handle({ ctx }) {
      sendJson(ctx, 200, auditKey(recorder.log.proofs))
    },
  })
}

function rotateKey({ recorder, user }: Services): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/audit/key/rotate',
    operationId: 'rotateAuditKey',
    tag: 'Audit',
    summary: 'Replaces the key that signs the log',
    description:
      'The log names the new key, in a checkpoint that both have signed, and the old one is destroyed. Earlier checkpoints and receipts stay valid under the old vkey. Recording goes on meanwhile.',
    scope: 'admin',
    changesState: true,
    body: emptyRequest,
    outcomes: [
      { status: 200, description: 'The keys', content: { 'application/json': ANSWERS.AuditKey } },
    ],
    errors: ['KEY_UNAVAILABLE', 'NOT_READY', 'STORAGE_UNAVAILABLE', 'STORAGE_FULL'],
    async handle({ ctx, credential: { side, client } }) {
      await recorder.rotateSigningKey({ side, client, user })
      sendJson(ctx, 200, auditKey(recorder.log.proofs))
    },
  })
}

function readReceipt({ recorder }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/audit/receipts/:position',
    operationId: 'readReceipt',
    tag: 'Audit',
    summary: 'The receipt of an event',
    description:
      'A C2SP tlog-proof@v1: a text file that proves for ever, without the recorder, that the event is in the log at this position. Its `extra` line is the stored record of the event, in which values about persons are sealed. The answer to a command names the `position` of its last event. A client without the scope `audit` gets receipts of events that it has caused itself.',
    scope: 'read',
    outcomes: [{ status: 200, description: 'The receipt', content: { 'text/plain': null } }],
    errors: ['NOT_FOUND', 'KEY_UNAVAILABLE', 'STORAGE_UNAVAILABLE'],
    async handle({ ctx, params, credential }) {
      const { log } = recorder
      const position = positionIn(params.position as string, log.position)
      if (!credential.scopes.has(SCOPE)) {
        const [event] = await log.events({ after: position - 1, limit: 1 })
        const { side, client } = event?.by ?? {}
        if (side !== credential.side || client !== credential.client)
          throw new RecorderError(
            'FORBIDDEN_SCOPE',
            'Another client has caused the event. Its receipt needs a credential with the scope `audit`.',
            { members: { scope: SCOPE } },
          )
      }
      sendText(ctx, 200, PLAIN_TEXT, await log.proofs.receipt(position))
    },
  })
}

function readConsistency({ recorder }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/audit/consistency',
    operationId: 'readConsistency',
    tag: 'Audit',
    summary: 'The proof that the log has only grown',
    description:
      'The RFC 6962 consistency proof between the trees of the first `from` and the first `to` events: nothing before `from` was changed or removed. `to` is the size of the newest checkpoint when it is left out.',
    scope: SCOPE,
    query: consistencyQuery,
    outcomes: [
      {
        status: 200,
        description: 'The proof',
        content: { 'application/json': ANSWERS.ConsistencyProof },
      },
    ],
    errors: ['KEY_UNAVAILABLE', 'STORAGE_UNAVAILABLE'],
    async handle({ ctx, query }) {
      const { proofs, position } = recorder.log
      const { from, to = newest(proofs).size } = query
      if (from === undefined)
        throw invalidRequest([{ pointer: '/from', detail: 'This field is required.' }])
      assertInLog(to, position, '/to')
      if (from > to)
        throw invalidRequest([{ pointer: '/from', detail: 'This must not exceed `to`.' }])
      const hashes = await proofs.consistency(from, to)
      sendJson(ctx, 200, { from, to, hashes: hashes.map((hash) => hash.toString('base64')) })
    },
  })
}

function newest({ checkpoint }: LogProofs): NonNullable<LogProofs['checkpoint']> {
  if (checkpoint === undefined) throw notSigned()
  return checkpoint
}

function auditKey({ keys }: LogProofs): AuditKey {
  const newest = keys.at(-1)
  if (newest === undefined) throw notSigned()
  const { key } = newest
  return {
    origin: key.slice(0, key.indexOf('+')),
    key,
    keys: keys.map((entry, i) => {
      const next = keys[i + 1]
      const to = next === undefined ? null : next.position - 1
      return { key: entry.key, from: entry.position, to, cause: entry.cause }
    }),
  }
}

function positionIn(text: string, last: number): number {
  const position = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0
  if (position >= 1 && position <= last) return position
  throw new RecorderError(
    'NOT_FOUND',
    `The log has no event ${text.slice(0, 20)}. Its last one is ${last}.`,
  )
}
