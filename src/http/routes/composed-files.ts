import { SealedFileError } from '../../age/sealed-file-error.ts'
import type { CompositionRequest } from '../../composition/port.ts'
import type { ClientSide } from '../../contract/by.ts'
import { assertNotErased } from '../../contract/erased.ts'
import { RecorderError } from '../../contract/errors.ts'
import { MEDIA } from '../../contract/media.ts'
import type { RecorderPort } from '../../recorder/port.ts'
import { FILE_REQUEST_HEADERS, fileOutcomes, sendFile } from '../answers/send-file.ts'
import { MediaReading } from '../media-reading.ts'
import { ACCESS_ERRORS, playsOrDownloads, recordAccess, recordedMedia } from '../record-access.ts'
import { defineRoute, type Exchange, type Route } from '../route.ts'
import { exportQuery } from '../schemas/file-requests.ts'
import type { Services } from '../services.ts'

const ERRORS = [
  ...(['NOT_FOUND', 'RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', 'INVALID_STATE'] as const),
  ...(['EXPORT_FAILED', 'ERASED'] as const),
  ...ACCESS_ERRORS,
]

const COMPOSED_ON_DEMAND =
  'The file is composed at the first request, which waits until it is complete, and is kept. A client that disconnects ends the composition, unless another client waits for it. `GET /v1/events?exports=1` reports progress.'

/** Whether an error means that a composed file no longer exists, or was damaged. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof RecorderError) || error.code !== 'NOT_FOUND') return false
  const { cause } = error
  return cause instanceof SealedFileError || (cause as NodeJS.ErrnoException)?.code === 'ENOENT'
}

/** Adds to a 409 what the recording is doing now. */
async function refuse(
  recorder: RecorderPort,
  error: unknown,
  recordingId: string,
  side: ClientSide,
): Promise<never> {
  if (!(error instanceof RecorderError) || error.code !== 'INVALID_STATE') throw error
  const { state, allowedCommands } = await recorder.recording(recordingId, side)
  const members = { recordingId, state, allowedCommands }
  throw new RecorderError(error.code, error.message, { cause: error, members })
}

/** Returns the routes for tracks and recordings as one composed file. */
export function composedFileRoutes(services: Services): Route[] {
  const { recorder, compositions, erasures } = services
  async function answer(exchange: Exchange, request: CompositionRequest): Promise<void> {
    const { ctx, credential, params } = exchange
    const recording = await recorder.recording(params.id as string, credential.side)
    assertNotErased(recording)
    const act = request.kind === 'export' ? 'exported' : playsOrDownloads(exchange)
    const media = request.kind === 'export' ? recordedMedia(recording) : [request.medium]
    const reading = new MediaReading(ctx.res, recording.id, erasures)
    const send = async () =>
      sendFile(ctx, {
        ...(await compositions
          .compose(recording, request, reading.signal)
          .catch((error) => refuse(recorder, error, recording.id, credential.side))),
        signal: reading.signal,
        beforeSending: () => recordAccess(services, exchange, recording.id, act, media),
      })
    try {
      // The cache may remove the file just before it is opened. It is then composed once more.
      await send().catch((error) => (isMissing(error) ? send() : Promise.reject(error)))
    } catch (error) {
      if (!isMissing(error)) throw error
      throw new RecorderError('EXPORT_FAILED', 'The file was removed before it could be sent.', {
        cause: error,
      })
    } finally {
      reading.end()
    }
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/media/:medium',
      operationId: 'readTrack',
      tag: 'Files',
      summary: 'A track as one playable file on the recording’s own timeline',
      description: `Gaps are filled with silence, or with a card that names the reason. ${COMPOSED_ON_DEMAND}`,
      scope: 'read',
      opensInTab: true,
      requestHeaders: FILE_REQUEST_HEADERS,
      outcomes: fileOutcomes('audio/ogg', 'video/mp4'),
      errors: ERRORS,
      async handle(exchange) {
        const medium = MEDIA.find((name) => name === exchange.params.medium)
        if (medium === undefined) throw new RecorderError('NOT_FOUND', 'There is no such medium.')
        await answer(exchange, { kind: 'track', medium })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/export',
      operationId: 'exportRecording',
      tag: 'Files',
      summary:
        'The recording as one MP4: screen, microphone and speaker in sync, tags and gaps as chapters',
      description: COMPOSED_ON_DEMAND,
      scope: 'read',
      opensInTab: true,
      query: exportQuery,
      requestHeaders: FILE_REQUEST_HEADERS,
      outcomes: fileOutcomes('video/mp4'),
      errors: ERRORS,
      handle: (exchange) => answer(exchange, { kind: 'export', ...exchange.query }),
    }),
  ]
}
