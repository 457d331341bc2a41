import type { CompositionRequest } from '../../composition/port.ts'
import { RecorderError } from '../../contract/errors.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import { FILE_REQUEST_HEADERS, fileOutcomes, sendFile } from '../file-answer.ts'
import { ClientGone } from '../problem.ts'
import { defineRoute, type Exchange, type Route } from '../route.ts'
import { exportQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

const ERRORS = [
  ...(['NOT_FOUND', 'RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', 'INVALID_STATE'] as const),
  ...(['EXPORT_FAILED', 'STORAGE_FULL', 'NOT_READY'] as const),
]

const WAITS =
  'Made at the first request, which is answered when it is whole, and kept. Hanging up ends the making, unless somebody else waits for it too. Progress: `GET /v1/events?exports=1`.'

/** A file was made, and is not there any more. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof RecorderError) || error.code !== 'NOT_FOUND') return false
  return (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}

/** Whole tracks and whole recordings as one playable file. */
export function mediaRoutes({ recorder, compositions }: Services): Route[] {
  async function answer(
    { ctx, credential, params }: Exchange,
    request: CompositionRequest,
  ): Promise<void> {
    const gone = new AbortController()
    const leave = (): void => gone.abort(new ClientGone())
    ctx.res.once('close', leave)
    try {
      const recording = await recorder.recording(params.id as string, credential.side)
      const send = async () =>
        sendFile(ctx, await compositions.compose(recording, request, gone.signal))
      // It may be removed for want of room just before it is opened; then it is made again, once.
      await send().catch((error) => (isMissing(error) ? send() : Promise.reject(error)))
    } catch (error) {
      if (!isMissing(error)) throw error
      throw new RecorderError('EXPORT_FAILED', 'The file was removed before it could be sent.', {
        cause: error,
      })
    } finally {
      ctx.res.off('close', leave)
    }
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/media/:medium',
      operationId: 'readTrack',
      summary: 'A track as one playable file on the recording’s own time line',
      description: `Where the track has no media, there is silence or a card that names the reason. ${WAITS}`,
      scope: 'read',
      requestHeaders: FILE_REQUEST_HEADERS,
      outcomes: fileOutcomes('audio/ogg', 'video/mp4'),
      errors: ERRORS,
      async handle(exchange) {
        const medium = MEDIA.find((name) => name === exchange.params.medium) as Medium | undefined
        if (medium === undefined) throw new RecorderError('NOT_FOUND', 'There is no such medium.')
        await answer(exchange, { kind: 'track', medium })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/export',
      operationId: 'exportRecording',
      summary:
        'The recording as one MP4: screen, microphone and speaker in sync, tags and gaps as chapters',
      description: WAITS,
      scope: 'read',
      query: exportQuery,
      requestHeaders: FILE_REQUEST_HEADERS,
      outcomes: fileOutcomes('video/mp4'),
      errors: ERRORS,
      handle: (exchange) => answer(exchange, { kind: 'export', ...exchange.query }),
    }),
  ]
}
