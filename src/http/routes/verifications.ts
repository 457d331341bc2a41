import { RecorderError } from '../../contract/errors.ts'
import type { VerificationView } from '../../contract/verification.ts'
import { sendJson } from '../answers/send-answer.ts'
import { ACCESS_ERRORS, recordAccess } from '../record-access.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { verificationRequest } from '../schemas/verification-request.ts'
import type { Services } from '../services.ts'

/** Returns the routes that verify the log and its media. */
export function verificationRoutes(services: Services): Route[] {
  return [beginVerification(services), readVerification(services)]
}

function beginVerification(services: Services): Route {
  const { recorder, verifications } = services
  return defineRoute({
    method: 'POST',
    path: '/v1/audit/verifications',
    operationId: 'beginVerification',
    tag: 'Audit',
    summary: 'Begins to verify the log and its media',
    description:
      'Checks every event, the hash chain, the Merkle tree, the newest checkpoint and its signature, what outsiders have confirmed, receipts, and the stored bytes of every segment; with `recordingId`, the media and the replay of that recording only. Give `key` the vkey that you have from elsewhere: without it, the key is taken from the log itself, and whoever could write the log anew could also name another key. The cosignatures of the witnesses in config.json are verified, and those of the `witnesses` here must be there; a timestamp is compared with the checkpoint that it is of. Recording goes on meanwhile. One verification runs at a time. It is an access: `verified`.',
    scope: 'audit',
    changesState: true,
    body: verificationRequest,
    outcomes: [
      {
        status: 202,
        description: 'The verification has begun, or waits for the one before it',
        headers: ['Location'],
        content: { 'application/json': ANSWERS.Verification },
      },
    ],
    errors: ['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', ...ACCESS_ERRORS],
    async handle(exchange) {
      const { ctx, body } = exchange
      const recordingId =
        body.recordingId === undefined ? undefined : await recorder.findId(body.recordingId)
      await recordAccess(services, exchange, recordingId ?? null, 'verified')
      const view = verifications.begin({ ...body, recordingId })
      sendJson(ctx, 202, view, ['Location', `/v1/audit/verifications/${view.id}`])
    },
  })
}

function readVerification({ verifications }: Services): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/audit/verifications/:verificationId',
    operationId: 'readVerification',
    tag: 'Audit',
    summary: 'How far a verification is, and its verdict',
    description:
      'The recorder remembers the last 50, until it ends. Every finding says where it is, what was expected and what was found; `stillGood` says what can be relied on nevertheless.',
    scope: 'audit',
    outcomes: [
      {
        status: 200,
        description: 'The verification',
        content: { 'application/json': ANSWERS.Verification },
      },
    ],
    errors: ['NOT_FOUND'],
    handle({ ctx, params }) {
      sendJson(ctx, 200, known(verifications.find(params.verificationId as string)))
    },
  })
}

function known(view: VerificationView | undefined): VerificationView {
  if (view !== undefined) return view
  throw new RecorderError(
    'NOT_FOUND',
    'The recorder knows no verification with this id (any more).',
  )
}
