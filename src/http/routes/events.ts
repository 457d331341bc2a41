import type { LogEvent } from '../../contract/events.ts'
import type { RecorderPort } from '../../recorder/port.ts'
import { sendHead, sendJson } from '../answers/send-answer.ts'
import { assertCurrent } from '../assert-current.ts'
import { assertInLog } from '../assert-in-log.ts'
import { ACCESS_ERRORS, recordAccess } from '../record-access.ts'
import { invalidRequest } from '../requests/validate.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANSWERS } from '../schemas/answers.ts'
import { eventsQuery, streamQuery } from '../schemas/requests.ts'
import type { Services } from '../services.ts'
import { eventCursor, positionOf } from '../streams/event-cursor.ts'

function resumePosition(lastEventId: string | string[] | undefined, newest: number): number {
  if (lastEventId === undefined || lastEventId === '') return newest
  if (typeof lastEventId !== 'string' || !/^\d{1,15}$/.test(lastEventId)) {
    throw invalidRequest([
      { pointer: '', detail: 'Last-Event-ID must be the position of an event.' },
    ])
  }
  const position = Number(lastEventId)
  assertInLog(position, newest, '')
  return position
}

const STREAM_DESCRIPTION = [
  'A stream of `text/event-stream`. In a message of the log, `id` is the position, `event` the type, and `data` the event as one line of JSON (schema `Event`).',
  'A message named `log` says that the log is read-only, or verified again, and why (schema `LogMessage`).',
  'With `levels=1`, messages named `level` arrive about ten times a second for each sound track (schema `LevelMessage`).',
  'With `exports=1`, messages named `export` report composed files (schema `ExportMessage`). None of them has an `id`, is in the log, or is sent again.',
  '\n\nThe stream begins after `Last-Event-ID` (`0`: the whole log). Without it, the stream begins with the next event.',
  'A position beyond the end of the log is answered 400 with `lastPosition`: the client knows another log, e.g. the one before a restored backup.',
  'It begins with `retry: 1000` and the `id` after which it goes on, which is no message. A comment comes at least every 15 s.',
  'A reader that is too slow for too long is disconnected, and resumes with `Last-Event-ID`. The stream ends with its token or session.',
].join(' ')

/** Reads the events of a recording after a position, without accesses. */
async function ownEvents(
  { log }: RecorderPort,
  recordingId: string,
  { after, limit }: { after: number; limit: number },
): Promise<LogEvent[]> {
  const own: LogEvent[] = []
  for (let last = after; ; ) {
    const events = await log.events({ after: last, limit, recordingId })
    own.push(...events.filter(({ type }) => type !== 'recording.accessed'))
    const newest = events.at(-1)
    if (newest === undefined || events.length < limit || own.length >= limit)
      return own.slice(0, limit)
    last = newest.position
  }
}

/** A stream that goes on after a short break shows nothing that its client has not followed. */
const BREAK_MS = 5 * 60_000

async function beginsInThePast({ log }: RecorderPort, after: number): Promise<boolean> {
  const [next] = await log.events({ after, limit: 1 })
  return next !== undefined && Date.now() - Date.parse(next.at) > BREAK_MS
}

const STREAM_HEADERS = ['Content-Type', 'text/event-stream']

/** Returns the routes for reading and following the log. */
export function eventRoutes(services: Services): Route[] {
  const { recorder } = services
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/recordings/:id/events',
      operationId: 'listRecordingEvents',
      tag: 'Events',
      summary: 'A recording’s events, refusals included, oldest first',
      description:
        'Without accesses, which have a list of their own. `type` decides the members of `data`. docs/events.md describes every type. `after` must be a position that the log has, otherwise the answer is 400 with `lastPosition`.',
      scope: 'audit',
      query: eventsQuery,
      outcomes: [
        {
          status: 200,
          description: 'A page of events',
          content: { 'application/json': ANSWERS.EventPage },
        },
      ],
      errors: ['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', ...ACCESS_ERRORS],
      async handle(exchange) {
        const { ctx, params, query } = exchange
        const id = await recorder.findId(params.id as string)
        const { cursor } = query
        const after = cursor === undefined ? query.after : positionOf(cursor)
        assertInLog(after, recorder.log.position, cursor === undefined ? '/after' : '/cursor')
        await recordAccess(services, exchange, id, 'readEvents')
        // One extra event shows whether there is a next page.
        const events = await ownEvents(recorder, id, { after, limit: query.limit + 1 })
        const items = events.slice(0, query.limit)
        const last = items.at(-1)
        const nextCursor =
          last !== undefined && events.length > items.length ? eventCursor(last.position) : null
        sendJson(ctx, 200, { items, nextCursor })
      },
    }),
    streamEvents(services),
  ]
}

function streamEvents(services: Services): Route {
  const { recorder, streams, access } = services
  return defineRoute({
    method: 'GET',
    path: '/v1/events',
    operationId: 'streamEvents',
    tag: 'Events',
    summary: 'All events of the log as they happen (Server-Sent Events)',
    description: STREAM_DESCRIPTION,
    scope: 'audit',
    query: streamQuery,
    requestHeaders: ['Last-Event-ID'],
    outcomes: [{ status: 200, description: 'The stream', content: { 'text/event-stream': null } }],
    errors: ['TOO_MANY_STREAMS', ...ACCESS_ERRORS],
    async handle(exchange) {
      const { ctx, credential, query } = exchange
      const after = resumePosition(ctx.req.headers['last-event-id'], recorder.log.position)
      const owner = credential.sessionId ?? credential.clientId
      streams.assertRoom(owner)
      if (await beginsInThePast(recorder, after)) {
        await recordAccess(services, exchange, null, 'readEvents')
        // Meanwhile the client may have opened others, and its credential may have ended.
        streams.assertRoom(owner)
        assertCurrent(access, credential)
      }
      sendHead(ctx, 200, STREAM_HEADERS)
      if (ctx.method === 'HEAD') ctx.res.end()
      else {
        const levels = query.levels === '1'
        const exports = query.exports === '1'
        const isAllowed = () => access.isCurrent(credential)
        streams.open(ctx.res, { after, levels, exports, clientId: owner, isAllowed })
      }
    },
  })
}
