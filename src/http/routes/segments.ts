import { RecorderError } from '../../contract/errors.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import { MEDIA } from '../../contract/media.ts'
import type { SegmentView } from '../../contract/views.ts'
import type { RecorderPort } from '../../recorder/port.ts'
import { defineRoute, type Exchange, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { pageQuery } from '../schemas/requests.ts'
import { sendEmpty, sendHead, sendJson } from '../send-answer.ts'
import { FILE_REQUEST_HEADERS, fileOutcomes, sendFile } from '../send-file.ts'
import type { Services } from '../services.ts'

const TYPES: Record<SegmentDescription['container'], string> = {
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
}

function viewOf({ file: _, ...view }: SegmentDescription): SegmentView {
  return view
}

/** Returns the routes for the segments of a recording. */
export function segmentRoutes({ recorder, compositions }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/segments',
      operationId: 'listSegments',
      tag: 'Files',
      summary: 'All stored segments of a recording',
      description:
        'Each pause ends a segment, and each resume begins one. Only closed segments are listed.',
      scope: 'read',
      query: pageQuery,
      outcomes: [
        {
          status: 200,
          description: 'A page of segments',
          content: { 'application/json': ANSWERS.SegmentPage },
        },
      ],
      errors: ['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING'],
      async handle({ ctx, credential, params, query }) {
        const { id } = await recorder.recording(params.id as string, credential.side)
        const { items, cursor } = await recorder.log.segments(id, query)
        sendJson(ctx, 200, { items: items.map(viewOf), nextCursor: cursor })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/segments/:medium/:number',
      operationId: 'readSegment',
      tag: 'Files',
      summary: 'One segment as a playable file',
      description: 'The file as it was recorded: Ogg with Opus, or fragmented MP4 with H.264.',
      scope: 'read',
      opensInTab: true,
      requestHeaders: FILE_REQUEST_HEADERS,
      outcomes: fileOutcomes('audio/ogg', 'video/mp4'),
      errors: ['NOT_FOUND', 'RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING'],
      async handle(exchange) {
        const { ctx } = exchange
        const { id, segment } = await findSegment(recorder, exchange)
        const { medium, number } = segment
        await sendFile(ctx, {
          path: recorder.file(id, segment.file),
          type: TYPES[segment.container],
          name: `${id}-${medium}-${number}.${segment.container}`,
          sha256: segment.sha256,
        })
      },
    }),
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
      errors: [
        ...(['NOT_FOUND', 'RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING'] as const),
        ...(['EXPORT_FAILED', 'NOT_READY'] as const),
      ],
      async handle(exchange) {
        const { ctx } = exchange
        const { id, segment } = await findSegment(recorder, exchange)
        if (segment.container !== 'ogg')
          throw new RecorderError('NOT_FOUND', 'A segment of the screen has no sound.')
        const etag = `"peaks-${segment.sha256}"`
        if (ctx.req.headers['if-none-match'] === etag) return sendEmpty(ctx, 304, ['ETag', etag])
        const peaks = await compositions.peaks(id, segment)
        const type = ['Content-Type', 'application/octet-stream']
        sendHead(ctx, 200, ['ETag', etag, ...type, 'Content-Length', String(peaks.length)])
        // Node omits the body in an answer to HEAD.
        ctx.res.end(peaks)
      },
    }),
  ]
}

/** Finds the segment that a path names. Throws NOT_FOUND. */
async function findSegment(
  recorder: RecorderPort,
  { credential, params }: Pick<Exchange, 'credential' | 'params'>,
): Promise<{ id: string; segment: SegmentDescription }> {
  const { medium = '', number = '' } = params
  const { id } = await recorder.recording(params.id as string, credential.side)
  const isKnown = MEDIA.some((name) => name === medium) && /^[1-9]\d{0,8}$/.test(number)
  const segment = isKnown ? await recorder.log.segment(id, medium, Number(number)) : undefined
  if (segment === undefined)
    throw new RecorderError('NOT_FOUND', 'The recording has no such segment.')
  return { id, segment }
}
