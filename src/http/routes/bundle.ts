import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { assertNotErased } from '../../contract/erased.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { RecordingAnswer } from '../../contract/views.ts'
import { sendHead } from '../answers/send-answer.ts'
import { MediaReading } from '../media-reading.ts'
import { ACCESS_ERRORS, recordAccess, recordedMedia } from '../record-access.ts'
import { defineRoute, type Route } from '../route.ts'
import { bundleQuery } from '../schemas/file-requests.ts'
import type { Services } from '../services.ts'

function assertClosed({ id, state, allowedCommands }: RecordingAnswer): void {
  if (state === 'Closed') return
  const detail = 'Only a closed recording has a bundle. Stop the recording and close it first.'
  const members = { recordingId: id, state, allowedCommands }
  throw new RecorderError('INVALID_STATE', detail, { members })
}

const DESCRIPTION =
  'Its events as they are stored, each with the proof that it is in the log; its segments, sealed as they are, and the key that opens them; one playable file; the newest checkpoint and its keys; `report.html` for people; and a manifest of hashes. Nothing of any other recording is in it, and it can be checked without a recorder. The playable file is composed first, which the request waits for; `GET /v1/events?exports=1` reports progress. The length is not known beforehand, and there is no Range. An answer that breaks off is not complete.'

/** Returns the route that hands a recording over with all that proves it. */
export function bundleRoutes(services: Services): Route[] {
  const { recorder, bundles, erasures } = services
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/bundle',
      operationId: 'bundleRecording',
      tag: 'Files',
      summary: 'A closed recording as one ZIP file that proves itself',
      description: DESCRIPTION,
      scope: 'audit',
      opensInTab: true,
      query: bundleQuery,
      outcomes: [
        {
          status: 200,
          description: 'The ZIP file',
          content: { 'application/zip': null },
          headers: ['Content-Disposition'],
        },
      ],
      errors: [
        ...(['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', 'INVALID_STATE', 'ERASED'] as const),
        ...ACCESS_ERRORS,
      ],
      async handle(exchange) {
        const { ctx, credential, params, query } = exchange
        const recording = await recorder.recording(params.id as string, credential.side)
        assertNotErased(recording)
        assertClosed(recording)
        const { id } = recording
        const headers = ['Content-Type', 'application/zip']
        headers.push('Content-Disposition', `attachment; filename="${id}-bundle.zip"`)
        if (ctx.method === 'HEAD') {
          sendHead(ctx, 200, headers)
          ctx.res.end()
          return
        }
        const reading = new MediaReading(ctx.res, id, erasures)
        try {
          const bundle = await bundles.prepare(recording, {
            language: query.lang,
            signal: reading.signal,
            beforeReading: () =>
              recordAccess(services, exchange, id, 'bundled', recordedMedia(recording)),
          })
          reading.signal.throwIfAborted()
          sendHead(ctx, 200, headers)
          await pipeline(Readable.from(bundle.write(), { objectMode: false }), ctx.res)
        } catch (error) {
          // A client may hang up at any time. Any other failure is an error.
          if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
        } finally {
          reading.end()
        }
      },
    }),
  ]
}
