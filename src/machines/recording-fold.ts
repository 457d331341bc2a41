import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  initialTransition,
  type SnapshotFrom,
  transition,
} from 'xstate'
import type { By, ClientSide, Side } from '../contract/by.ts'
import type { CommandName } from '../contract/commands.ts'
import type { ConsentState } from '../contract/custody.ts'
import { RecorderError } from '../contract/errors.ts'
import type { EventType, NewEvent } from '../contract/events.ts'
import type { Medium } from '../contract/media.ts'
import type { RecordingState, TrackState } from '../contract/states.ts'
import { type ControlFact, controlClaim, controlMachine } from './control-machine.ts'
import { type SessionFact, sessionMachine } from './session-machine.ts'
import { evolveSystemPaused } from './system-paused.ts'
import { NO_TAGS, type TagUse, withTags } from './tag-use.ts'
import { type TrackFact, trackMachine } from './track-machine.ts'

/** The states of a recording's machines, folded from its events. Immutable. */
export interface RecordingFold {
  readonly id: string
  readonly version: number
  readonly controller: ClientSide
  readonly startedBy: By
  readonly startedAt: string
  readonly control: SnapshotFrom<typeof controlMachine>
  readonly session: SnapshotFrom<typeof sessionMachine>
  readonly tracks: Readonly<Record<Medium, SnapshotFrom<typeof trackMachine>>>
  readonly tags: TagUse
  /** The newest consent; null when there is none. */
  readonly consent: ConsentState | null
  /** How many holds stand. */
  readonly holds: number
  /** The media that the recorder itself has paused, for a locked screen or a sleep. */
  readonly systemPaused: readonly Medium[]
}

/** The facts of an event for the machines. A tag, a command or a segment has none. */
export interface MachineFacts {
  control?: ControlFact
  session?: SessionFact
  track?: { medium: Medium; fact: TrackFact }
}

/** Returns the facts of an event for the machines. */
export function machineFacts(event: NewEvent): MachineFacts {
  switch (event.type) {
    case 'recording.starting':
      return { control: controlClaim(event.by.side), session: { type: event.type, ...event.data } }
    case 'recording.wrapUpStarted':
      return {
        control: { type: event.type },
        session: { type: event.type, endsAt: event.data.endsAt },
      }
    case 'recording.closed':
    case 'recording.startFailed':
      return { control: { type: event.type }, session: { type: event.type } }
    case 'recording.started':
    case 'recording.paused':
    case 'recording.resumed':
    case 'recording.interrupted':
      return { session: { type: event.type } }
    case 'track.starting':
    case 'track.started':
    case 'track.pausing':
    case 'track.paused':
    case 'track.pauseLimited':
    case 'track.resuming':
    case 'track.resumed':
    case 'track.recovering':
    case 'track.recovered':
    case 'track.stopping':
    case 'track.stopped':
    case 'track.failed': {
      const { medium, ...data } = event.data
      return { track: { medium, fact: { type: event.type, ...data } as TrackFact } }
    }
    default:
      return {}
  }
}

const initialControl = initialTransition(controlMachine)[0]
const initialSession = initialTransition(sessionMachine)[0]
const initialTrack = initialTransition(trackMachine)[0]

/**
 * Returns the fold of a recording before its first event. `start` is who starts it, and when.
 */
export function initialRecording(id: string, start: Pick<NewEvent, 'by' | 'at'>): RecordingFold {
  return {
    id,
    version: 0,
    controller: start.by.side === 'ui' ? 'ui' : 'api',
    startedBy: start.by,
    startedAt: start.at,
    control: initialControl,
    session: initialSession,
    tracks: { mic: initialTrack, speaker: initialTrack, screen: initialTrack },
    tags: NO_TAGS,
    consent: null,
    holds: 0,
    systemPaused: [],
  }
}

/**
 * Folds one event into a recording, for the pending state and for recovery. Pure. Throws
 * RecorderError INTERNAL when a machine has no transition for the fact, which XState would drop
 * silently.
 */
export function evolve(fold: RecordingFold, event: NewEvent): RecordingFold {
  const facts = machineFacts(event)
  const next = { ...fold, version: event.version ?? fold.version }
  if (facts.control)
    next.control = applyFact(controlMachine, fold.control, facts.control, event.type)
  if (facts.session)
    next.session = applyFact(sessionMachine, fold.session, facts.session, event.type)
  if (facts.track) {
    const { medium, fact } = facts.track
    next.tracks = {
      ...fold.tracks,
      [medium]: applyFact(trackMachine, fold.tracks[medium], fact, event.type),
    }
  }
  next.systemPaused = evolveSystemPaused(fold.systemPaused, event)
  if (event.type === 'recording.tagged') next.tags = withTags(fold.tags, event.data.tags)
  if (event.type === 'recording.consentRecorded') next.consent = event.data.state
  if (event.type === 'recording.held') next.holds++
  if (event.type === 'recording.holdReleased') next.holds--
  return next
}

function applyFact<M extends AnyStateMachine>(
  machine: M,
  from: SnapshotFrom<M>,
  fact: { type: string },
  name: EventType,
): SnapshotFrom<M> {
  assertTransition(from as AnyMachineSnapshot, fact, name)
  const to = transition(machine, from, fact as never)[0] as SnapshotFrom<M>
  if ((to as AnyMachineSnapshot).status === 'error') {
    throw new RecorderError('INTERNAL', `The fact ${name} broke the ${machine.id} machine.`, {
      cause: (to as AnyMachineSnapshot).error,
    })
  }
  return to
}

/** Throws RecorderError INTERNAL when the snapshot's machine has no transition for a fact. */
export function assertTransition(
  snapshot: AnyMachineSnapshot,
  fact: { type: string },
  name: string,
): void {
  if (!snapshot.can(fact as never)) {
    throw new RecorderError(
      'INTERNAL',
      `The ${snapshot.machine.id} machine has no transition for ${name} in ${JSON.stringify(snapshot.value)}.`,
    )
  }
}

const permissions = new WeakMap<AnyMachineSnapshot, Map<string, boolean>>()

/**
 * Returns whether a machine in this state permits a command of a side. Cached by snapshot, since
 * every read asks about all commands.
 */
export function permits(snapshot: AnyMachineSnapshot, command: CommandName, side: Side): boolean {
  let cached = permissions.get(snapshot)
  if (!cached) {
    cached = new Map()
    permissions.set(snapshot, cached)
  }
  const key = `${side} ${command}`
  let isPermitted = cached.get(key)
  if (isPermitted === undefined) {
    isPermitted = snapshot.can({ type: command, side } as never)
    cached.set(key, isPermitted)
  }
  return isPermitted
}

/** Returns a track's state as clients see it. */
export function trackState(track: SnapshotFrom<typeof trackMachine>): TrackState {
  if (track.value === 'pausing') return 'paused'
  if (track.value === 'stopping') return 'stopped'
  return track.value
}

/** Returns whether a track has media now, or should have. */
export function isCapturingTrack(track: SnapshotFrom<typeof trackMachine>): boolean {
  return track.value === 'starting' || track.value === 'recording' || track.value === 'recovering'
}

/** Returns a recording's state as clients see it. An unconfirmed recording is Active. */
export function recordingState(session: SnapshotFrom<typeof sessionMachine>): RecordingState {
  // Every event asks, and `matches` walks through the states each time.
  const { value } = session
  if (value === 'wrapUp') return 'WrapUp'
  if (value === 'closed' || value === 'rolledBack') return 'Closed'
  return typeof value === 'object' && value.capturing === 'paused' ? 'Paused' : 'Active'
}

/** Derives a capturing recording's state from its tracks. */
export function stateOfTracks(tracks: RecordingFold['tracks']): 'Active' | 'Paused' | 'WrapUp' {
  const all = Object.values(tracks)
  if (all.some(isCapturingTrack)) return 'Active'
  return all.map(trackState).includes('paused') ? 'Paused' : 'WrapUp'
}
