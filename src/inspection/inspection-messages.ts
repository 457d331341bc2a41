import type {
  ActorMessage,
  EventMessage,
  InspectedEvent,
  InspectedSnapshot,
  SnapshotMessage,
} from '../contract/inspection.ts'
import { MEDIA, type Medium } from '../contract/media.ts'

/** The version of `@statelyai/inspect` whose messages these are. */
const PROTOCOL_VERSION = '0.7.2'

/** The session id of the root actor. */
export const RECORDER_SESSION = 'recorder'

/** Names a machine of a recording within its session id. */
export type MachineKey = 'control' | 'session' | `track:${Medium}`

/** The machines of a recording, in the order in which they are shown. */
export const MACHINE_KEYS: readonly MachineKey[] = [
  'control',
  'session',
  ...MEDIA.map((medium) => `track:${medium}` as const),
]

/** Returns the session id of a recording. */
export function recordingSession(recordingId: string): string {
  return `recording:${recordingId}`
}

/** Returns the session id of a recording's machine. */
export function machineSession(recordingId: string, machine: MachineKey): string {
  return `${recordingSession(recordingId)}/${machine}`
}

/** When something happened, and by which event of the log. */
export interface Stamp {
  /** Epoch milliseconds. */
  atMs: number
  position?: number | undefined
}

/** An actor, as a message describes it. */
export interface ActorDescription {
  sessionId: string
  parentId: string | undefined
  name: string
  definition: string
  snapshot: InspectedSnapshot
}

function base(sessionId: string, { atMs, position }: Stamp) {
  return {
    _version: PROTOCOL_VERSION,
    createdAt: String(Math.round(atMs)),
    id: null,
    rootId: RECORDER_SESSION,
    sessionId,
    ...(position === undefined ? {} : { position }),
  }
}

/** Makes the message that an actor is there. */
export function actorMessage(actor: ActorDescription, stamp: Stamp): ActorMessage {
  const { sessionId, parentId, name, definition, snapshot } = actor
  return { type: '@xstate.actor', ...base(sessionId, stamp), name, parentId, definition, snapshot }
}

/** Makes the message that an actor was sent an event. */
export function eventMessage(
  sessionId: string,
  event: InspectedEvent,
  stamp: Stamp,
  sourceId?: string,
): EventMessage {
  return { type: '@xstate.event', ...base(sessionId, stamp), sourceId, event }
}

/** Makes the message that an actor has a new state. */
export function snapshotMessage(
  sessionId: string,
  snapshot: InspectedSnapshot,
  event: InspectedEvent,
  stamp: Stamp,
): SnapshotMessage {
  return { type: '@xstate.snapshot', ...base(sessionId, stamp), event, snapshot }
}
