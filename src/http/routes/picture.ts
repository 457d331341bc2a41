import { hasEntityTag } from '../answers/entity-tag.ts'
import { sendEmpty, sendHead } from '../answers/send-answer.ts'
import { ACCESS_ERRORS, recordAccess } from '../record-access.ts'
import { defineRoute, type Route } from '../route.ts'
import type { Services } from '../services.ts'

/** Returns the route of the live picture. */
export function pictureRoutes(services: Services): Route[] {
  const { recorder } = services
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/picture',
      operationId: 'readPicture',
      tag: 'Recordings',
      summary: 'A small picture of the screen as it is being recorded',
      description:
        'A JPEG, at most 480 pixels wide and made once a second from the frames that are recorded. It is kept in memory only. From the moment of a pause or stop there is none: 204.',
      scope: 'read',
      opensInTab: true,
      requestHeaders: ['If-None-Match'],
      outcomes: [
        {
          status: 200,
          description: 'The newest picture',
          content: { 'image/jpeg': null },
          headers: ['ETag'],
        },
        { status: 204, description: 'The screen is not being recorded, or has just begun' },
        { status: 304, description: 'There is no newer picture', headers: ['ETag'] },
      ],
      errors: ['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', ...ACCESS_ERRORS],
      async handle(exchange) {
        const { ctx, params } = exchange
        const id = await recorder.findId(params.id as string)
        const picture = await recorder.picture(id)
        if (picture === null) return sendEmpty(ctx, 204)
        const { jpeg, number } = picture
        const etag = `"${number}"`
        if (hasEntityTag(ctx.req.headers['if-none-match'], etag))
          return sendEmpty(ctx, 304, ['ETag', etag])
        if (ctx.method !== 'HEAD') await recordAccess(services, exchange, id, 'watched', ['screen'])
        const length = String(jpeg.length)
        sendHead(ctx, 200, ['ETag', etag, 'Content-Type', 'image/jpeg', 'Content-Length', length])
        // Node omits the body in an answer to HEAD.
        ctx.res.end(jpeg)
      },
    }),
  ]
}
