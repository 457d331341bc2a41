/**
 * The messages of the inspection feed. They are those of `@statelyai/inspect` 0.7, so that tools
 * for XState can read the feed.
 */

/** The members of every message. */
interface InspectionMessageBase {
  /** The version of the protocol. */
  _version: string
  /** Milliseconds since 1970, as a text. */
  createdAt: string
  id: null
  rootId: string
  /** The actor that the message is about, such as `recording:<id>/track:mic`. */
  sessionId: string
  /** The position of the log event that caused it. Missing when none did. */
  position?: number
}

/** The state of an actor. A machine's can be resumed: `createActor(machine, { snapshot })`. */
export interface InspectedSnapshot {
  status: 'active' | 'done' | 'error' | 'stopped'
  /** The states of a machine that are active. Other actors have none. */
  value?: unknown
  context?: unknown
  [member: string]: unknown
}

/** An event as an actor receives it. */
export interface InspectedEvent {
  type: string
  [member: string]: unknown
}

/** An actor is there. The first messages of a feed name all that are alive. */
export interface ActorMessage extends InspectionMessageBase {
  type: '@xstate.actor'
  name: string
  parentId: string | undefined
  /** The machine's definition, or the actor's name, as JSON. */
  definition: string
  snapshot: InspectedSnapshot
}

/** An actor was sent an event. */
export interface EventMessage extends InspectionMessageBase {
  type: '@xstate.event'
  event: InspectedEvent
  /** The actor that sent it. */
  sourceId: string | undefined
}

/** An actor has a new state. */
export interface SnapshotMessage extends InspectionMessageBase {
  type: '@xstate.snapshot'
  event: InspectedEvent
  snapshot: InspectedSnapshot
}

/** A message of the inspection feed. */
export type InspectionMessage = ActorMessage | EventMessage | SnapshotMessage

/** A request of a client that is shown a recording's past. */
export type InspectionControl =
  /** Shows the next events. */
  | { type: 'step'; count: number }
  /** Shows the state after the event at a position of the log, or after the last one before it. */
  | { type: 'seek'; position: number }
  /** Shows the events as fast as they happened, times `speed`. */
  | { type: 'play'; speed: number }
  | { type: 'pause' }

/** A program that captures for a segment. */
export interface CaptureProcess {
  segment: number
  pid: number
  /** The program's name, such as `ffmpeg`. */
  program: string
  /** RFC 3339. */
  startedAt: string
}
