import { assertNotErased } from '../../contract/erased.ts'
import { assertCurrent } from '../assert-current.ts'
import { assertInLog } from '../assert-in-log.ts'
import { ACCESS_ERRORS, recordAccess } from '../record-access.ts'
import { defineRoute, type Exchange, type Route } from '../route.ts'
import { inspectQuery } from '../schemas/inspect-query.ts'
import type { Services } from '../services.ts'
import { readControl } from '../streams/inspection-control.ts'
import type { InspectionFeed } from '../streams/inspection-feed.ts'

const DESCRIPTION = [
  'A web socket. Each message is a JSON text in the format of `@statelyai/inspect` 0.7, with the `position` of the log event that caused it.',
  'The first messages (`@xstate.actor`) describe every living actor with its definition and present state; then come `@xstate.actor`, `@xstate.event` and `@xstate.snapshot` as they happen.',
  'Commands, also refused ones, are events of the control machine.',
  '\n\nWith `recording`, the past of a recording comes in the same format, and the client may send `{"type":"step","count":1}`, `{"type":"seek","position":9}`, `{"type":"play","speed":1}` and `{"type":"pause"}`. Any other message ends the feed with the code 1008.',
  'A reader that is too slow is cut off with 1013. The feed ends with 1008 when its token or session ends, and with 1001 when the recorder stops.',
  'docs/inspector.md describes it.',
].join(' ')

/** Returns the route of the inspection feed. */
export function inspectRoutes(services: Services): Route[] {
  const { recorder, feeds, access } = services
  const live = (feed: InspectionFeed) => ({
    end: recorder.inspect(feed.send),
    onMessage: () => feed.refuse('The live feed takes no messages.'),
  })
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/inspect',
      operationId: 'inspect',
      tag: 'Events',
      summary: 'Every state machine, live or as it was (web socket)',
      description: DESCRIPTION,
      scope: 'audit',
      isWebSocket: true,
      query: inspectQuery,
      outcomes: [{ status: 101, description: 'The web socket is open' }],
      errors: [
        ...(['UPGRADE_REQUIRED', 'TOO_MANY_STREAMS'] as const),
        ...(['RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING', 'ERASED'] as const),
        ...ACCESS_ERRORS,
      ],
      async handle(exchange) {
        const { ctx, credential, query } = exchange
        const { sessionId } = credential
        const owner = sessionId ?? credential.clientId
        feeds.assertRoom(owner)
        const { recording, position = 0, speed = 0 } = query
        assertInLog(position, recorder.log.position, '/position')
        // A program that sees no answer to its web socket finds the reason by a plain request.
        const found = recording && (await recorder.findId(recording))
        feeds.assertUpgrade(ctx)
        const start = { position, speed }
        const begin = found ? await openPast(services, exchange, found, start) : live
        // Meanwhile the client may have opened others, and its credential may have ended.
        feeds.assertRoom(owner)
        assertCurrent(access, credential)
        feeds.open(ctx, {
          owner,
          begin,
          showsTags: query.tags === '1',
          isAllowed: () => access.isCurrent(credential),
        })
      },
    }),
  ]
}

/** Opens the past of a recording, once the log has it that somebody sees it. */
async function openPast(
  services: Services,
  exchange: Exchange,
  id: string,
  start: { position: number; speed: number },
) {
  const { recorder, erasures } = services
  await recordAccess(services, exchange, id, 'inspected')
  const before = await recorder.findRecording(id)
  const player = await recorder.inspectPast(id, start)
  // The past of one that was erased is shown, but not with values that were read before.
  if (before.erased === null) assertNotErased(await recorder.findRecording(id))
  return (feed: InspectionFeed) => {
    player.begin(feed)
    const unwatch = erasures.watch(id, () => feed.refuse('The recording was erased.'))
    return {
      end() {
        unwatch()
        player.end()
      },
      onMessage(text: string) {
        const control = readControl(text)
        if (control === null) feed.refuse('A message must be step, seek, play or pause.')
        else player.control(control)
      },
    }
  }
}
