import { SealedFileError } from '../../age/sealed-file-error.ts'
import type { StoredMedia } from '../../age/stored-media.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import type { SegmentView } from '../../contract/views.ts'
import type { RecorderPort } from '../../recorder/port.ts'
import { sendJson } from '../answers/send-answer.ts'
import { FILE_REQUEST_HEADERS, fileOutcomes, sendFile } from '../answers/send-file.ts'
import { findSegment, SEGMENT_ERRORS } from '../find-segment.ts'
import { MediaReading } from '../media-reading.ts'
import { ACCESS_ERRORS, playsOrDownloads, recordAccess } from '../record-access.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { pageQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'

const TYPES: Record<SegmentDescription['container'], string> = {
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
}

function viewOf({ file: _, ...view }: SegmentDescription): SegmentView {
  return view
}

async function openSegment(
  recorder: RecorderPort,
  id: string,
  segment: SegmentDescription,
): Promise<StoredMedia> {
  try {
    return await recorder.openMedia(id, segment)
  } catch (cause) {
    if (!(cause instanceof SealedFileError)) throw cause
    const detail = 'The segment is not what was recorded: its file has changed.'
    throw new RecorderError('EXPORT_FAILED', detail, { cause })
  }
}

/** Returns the routes for the segments of a recording. */
export function segmentRoutes(services: Services): Route[] {
  const { recorder, erasures } = services
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
      async handle({ ctx, params, query }) {
        const id = await recorder.findId(params.id as string)
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
      errors: [...SEGMENT_ERRORS, ...ACCESS_ERRORS, 'EXPORT_FAILED'],
      async handle(exchange) {
        const { ctx } = exchange
        const { id, segment } = await findSegment(recorder, exchange)
        const { medium, number } = segment
        const reading = new MediaReading(ctx.res, id, erasures)
        await sendFile(ctx, {
          open: () => openSegment(recorder, id, segment),
          type: TYPES[segment.container],
          name: `${id}-${medium}-${number}.${segment.container}`,
          sha256: segment.sha256,
          signal: reading.signal,
          beforeSending: () =>
            recordAccess(services, exchange, id, playsOrDownloads(exchange), [segment.medium]),
        }).finally(() => reading.end())
      },
    }),
  ]
}
