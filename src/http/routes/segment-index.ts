import { RecorderError } from '../../contract/errors.ts'
import { hasEntityTag } from '../answers/entity-tag.ts'
import { sendEmpty, sendJson } from '../answers/send-answer.ts'
import { findSegment, SEGMENT_ERRORS } from '../find-segment.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import type { Services } from '../services.ts'

/** Returns the route of the key frames, with which a player finds its place in a screen segment. */
export function segmentIndexRoutes({ recorder, compositions }: Services): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/segments/:medium/:number/index',
      operationId: 'readSegmentIndex',
      tag: 'Files',
      summary: 'The key frames of a screen segment',
      description:
        'A player fetches the first `initBytes` of the file, and then any range that begins at a key frame. A key frame comes every ten seconds or later. The file is read at the first request, without its frames.',
      scope: 'read',
      requestHeaders: ['If-None-Match'],
      outcomes: [
        {
          status: 200,
          description: 'The key frames',
          content: { 'application/json': ANSWERS.SegmentIndex },
          headers: ['ETag'],
        },
        { status: 304, description: 'The client has them', headers: ['ETag'] },
      ],
      errors: [...SEGMENT_ERRORS, ...(['EXPORT_FAILED', 'NOT_READY'] as const)],
      async handle(exchange) {
        const { ctx } = exchange
        const { id, segment } = await findSegment(recorder, exchange)
        if (segment.container !== 'mp4')
          throw new RecorderError('NOT_FOUND', 'A segment of sound has no key frames.')
        const etag = `"index-${segment.sha256}"`
        if (hasEntityTag(ctx.req.headers['if-none-match'], etag))
          return sendEmpty(ctx, 304, ['ETag', etag])
        sendJson(ctx, 200, await compositions.index(id, segment), ['ETag', etag])
      },
    }),
  ]
}
