import { RecorderError } from '../../contract/errors.ts'
import { hasEntityTag } from '../answers/entity-tag.ts'
import { sendEmpty, sendHead } from '../answers/send-answer.ts'
import { findSegment, SEGMENT_ERRORS } from '../find-segment.ts'
import { MediaReading } from '../media-reading.ts'
import { ACCESS_ERRORS, recordAccess } from '../record-access.ts'
import { defineRoute, type Route } from '../route.ts'
import type { Services } from '../services.ts'

/** Returns the route of the waveforms. */
export function peaksRoutes(services: Services): Route[] {
  const { recorder, compositions, erasures } = services
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/segments/:medium/:number/peaks',
      operationId: 'readPeaks',
      tag: 'Files',
      summary: 'The waveform of a sound segment',
      description:
        'One byte for every 20 ms: 255 times the square root of the largest amplitude (0 to 1). They are computed at the first request, which takes some seconds for an hour of sound, from a file whose hash is that of the log.',
      scope: 'read',
      requestHeaders: ['If-None-Match'],
      outcomes: [
        {
          status: 200,
          description: 'The peaks',
          content: { 'application/octet-stream': null },
          headers: ['ETag'],
        },
        { status: 304, description: 'The client has them', headers: ['ETag'] },
      ],
      errors: [...SEGMENT_ERRORS, ...ACCESS_ERRORS, 'EXPORT_FAILED'],
      async handle(exchange) {
        const { ctx } = exchange
        const { id, segment } = await findSegment(recorder, exchange)
        if (segment.container !== 'ogg')
          throw new RecorderError('NOT_FOUND', 'A segment of the screen has no sound.')
        const etag = `"peaks-${segment.sha256}"`
        if (hasEntityTag(ctx.req.headers['if-none-match'], etag))
          return sendEmpty(ctx, 304, ['ETag', etag])
        const reading = new MediaReading(ctx.res, id, erasures)
        let peaks: Uint8Array
        try {
          peaks = await compositions.peaks(id, segment)
          // A waveform shows when somebody spoke, and how loud.
          if (ctx.method !== 'HEAD')
            await recordAccess(services, exchange, id, 'played', [segment.medium])
          reading.signal.throwIfAborted()
        } finally {
          reading.end()
        }
        const type = ['Content-Type', 'application/octet-stream']
        sendHead(ctx, 200, ['ETag', etag, ...type, 'Content-Length', String(peaks.length)])
        // Node omits the body in an answer to HEAD.
        ctx.res.end(peaks)
      },
    }),
  ]
}
