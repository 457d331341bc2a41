import type { Page, WebSocketRoute } from 'playwright-core'
import type { ActorMessage, InspectionMessage } from '../../../src/contract/inspection.ts'

const ROOT = 'recorder'
const RECORDINGS = 100
/** With the recording itself, ten actors. */
const TRACKS = ['mic', 'speaker', 'screen']

/** The number of actors that {@link manyActors} returns. */
export const ACTORS = 1 + RECORDINGS * 10

/** The inspection feed of a page, played by a test. */
export interface PlayedFeed {
  /** The number of feeds that the page has opened. */
  readonly opened: number
  send(...messages: InspectionMessage[]): void
  /** Ends the feed as the recorder does when a client reads too slowly. */
  close(): Promise<void>
}

/** Stands in for the inspection feed: each one that a page opens first gets these actors. */
export async function playFeed(
  page: Page,
  actors: readonly InspectionMessage[],
): Promise<PlayedFeed> {
  const sockets: WebSocketRoute[] = []
  await page.routeWebSocket(/\/v1\/inspect/, (socket) => {
    sockets.push(socket)
    for (const actor of actors) socket.send(JSON.stringify(actor))
  })
  return {
    get opened() {
      return sockets.length
    },
    send(...messages) {
      for (const message of messages) sockets.at(-1)?.send(JSON.stringify(message))
    },
    async close() {
      await sockets.at(-1)?.close({ code: 1013, reason: 'The client reads too slowly.' })
    },
  }
}

/** Returns the actors of a recorder with a hundred recordings: 1,001. */
export function manyActors(): ActorMessage[] {
  const recordings = Array.from({ length: RECORDINGS }, (_, i) => actorsOfRecording(i))
  return [actor(ROOT, undefined, ROOT), ...recordings.flat()]
}

/** Returns the session id of the `i`th recording, or of an actor below it. */
export function sessionOf(i: number, ...path: string[]): string {
  const id = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`
  return [`recording:${id}`, ...path].join('/')
}

/** An actor that is there now. */
export function actor(
  sessionId: string,
  parentId: string | undefined,
  name: string,
  snapshot: object = {},
): ActorMessage {
  const about = { definition: '{}', snapshot: { status: 'active' as const, ...snapshot } }
  return { ...base(sessionId), type: '@xstate.actor', parentId, name, ...about }
}

/** An actor that has a new state. */
export function changed(sessionId: string, value: unknown): InspectionMessage {
  const about = { event: { type: 'x' }, snapshot: { status: 'active' as const, value } }
  return { ...base(sessionId), type: '@xstate.snapshot', ...about }
}

/** An actor that has ended. */
export function ended(sessionId: string): InspectionMessage {
  const about = { event: { type: 'x' }, snapshot: { status: 'stopped' as const } }
  return { ...base(sessionId), type: '@xstate.snapshot', ...about }
}

function actorsOfRecording(i: number): ActorMessage[] {
  const id = sessionOf(i)
  return [
    actor(id, ROOT, id.replace(':', ' '), { context: { version: i } }),
    ...['control', 'session'].map((name) => actor(`${id}/${name}`, id, name, { value: 'held' })),
    ...TRACKS.flatMap((medium) => {
      const track = `${id}/track:${medium}`
      const context = { segment: 1, device: { id: medium, label: `A ${medium} with a name` } }
      return [
        actor(track, id, `track:${medium}`, { value: 'recording' }),
        actor(`${track}/capture`, track, 'capture', { context }),
      ]
    }),
    actor(`${id}/session/wrapUpClock`, `${id}/session`, 'wrapUpClock', {
      context: { firesAt: '2026-01-31T10:00:00.000Z' },
    }),
  ]
}

function base(sessionId: string) {
  return { _version: '0.7.2', createdAt: '0', id: null, rootId: ROOT, sessionId }
}
