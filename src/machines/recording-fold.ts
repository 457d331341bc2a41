import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  initialTransition,
  type SnapshotFrom,
  transition,
} from 'xstate'
import type { CommandName } from '../contract/commands.ts'
import { RecorderError } from '../contract/errors.ts'
import type { EventType, NewEvent } from '../contract/events.ts'
import type { ClientSide, Medium, RecordingState, Side, TrackState } from '../contract/media.ts'
import { type ControlFact, claimedBy, controlMachine } from './control-machine.ts'
import { type SessionFact, sessionMachine } from './session-machine.ts'
import { type TrackFact, trackMachine } from './track-machine.ts'

/** The states of a recording's machines, folded from its events. Immutable. */
export interface RecordingFold {
  readonly id: string
  readonly version: number
  readonly owner: ClientSide
  readonly control: SnapshotFrom<typeof controlMachine>
  readonly session: SnapshotFrom<typeof sessionMachine>
  readonly tracks: Readonly<Record<Medium, SnapshotFrom<typeof trackMachine>>>
}

/**
 * The facts an event is to the machines; an event without any (a tag, a command, a segment) moves
 * none.
 */
export interface MachineFacts {
  control?: ControlFact
  session?: SessionFact
  track?: { medium: Medium; fact: TrackFact }
}

/** Tells what an event means to the machines. */
export function machineFacts(event: NewEvent): MachineFacts {
  switch (event.type) {
    case 'recording.starting':
      return { control: claimedBy(event.by.side), session: { type: event.type, ...event.data } }
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

const controlStart = initialTransition(controlMachine)[0]
const sessionStart = initialTransition(sessionMachine)[0]
const trackStart = initialTransition(trackMachine)[0]

/** A recording before its first event; `owner` is the side that starts it. */
export function absentRecording(id: string, owner: ClientSide): RecordingFold {
  const tracks = { mic: trackStart, speaker: trackStart, screen: trackStart }
  return { id, version: 0, owner, control: controlStart, session: sessionStart, tracks }
}

/**
 * Folds one event into a recording: pure, for the pending state and for replay.
 * @throws RecorderError INTERNAL when a machine has no transition for the fact: XState would drop it in silence.
 */
export function evolve(fold: RecordingFold, event: NewEvent): RecordingFold {
  const facts = machineFacts(event)
  const next = { ...fold, version: event.version ?? fold.version }
  if (facts.control) next.control = step(controlMachine, fold.control, facts.control, event.type)
  if (facts.session) next.session = step(sessionMachine, fold.session, facts.session, event.type)
  if (facts.track) {
    const { medium, fact } = facts.track
    next.tracks = {
      ...fold.tracks,
      [medium]: step(trackMachine, fold.tracks[medium], fact, event.type),
    }
  }
  return next
}

function step<M extends AnyStateMachine>(
  machine: M,
  from: SnapshotFrom<M>,
  fact: { type: string },
  name: EventType,
): SnapshotFrom<M> {
  assertAccepts(from as AnyMachineSnapshot, fact, name)
  const to = transition(machine, from, fact as never)[0] as SnapshotFrom<M>
  if ((to as AnyMachineSnapshot).status === 'error') {
    throw new RecorderError('INTERNAL', `The fact ${name} broke the ${machine.id} machine.`, {
      cause: (to as AnyMachineSnapshot).error,
    })
  }
  return to
}

/** @throws RecorderError INTERNAL when the snapshot's machine has no transition for a fact. */
export function assertAccepts(
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

const asked = new WeakMap<AnyMachineSnapshot, Map<string, boolean>>()

/**
 * Whether a machine in this state lets a command of a side through. Remembered by snapshot, since
 * readers ask about every command each time.
 */
export function permits(snapshot: AnyMachineSnapshot, command: CommandName, side: Side): boolean {
  let answers = asked.get(snapshot)
  if (!answers) {
    answers = new Map()
    asked.set(snapshot, answers)
  }
  const key = `${side} ${command}`
  let answer = answers.get(key)
  if (answer === undefined) {
    answer = snapshot.can({ type: command, side } as never)
    answers.set(key, answer)
  }
  return answer
}

/** A track's state as clients see it. */
export function trackState(track: SnapshotFrom<typeof trackMachine>): TrackState {
  if (track.value === 'pausing') return 'paused'
  if (track.value === 'stopping') return 'stopped'
  return track.value
}

/** Whether a track's media flow or should flow. */
export function isCapturingTrack(track: SnapshotFrom<typeof trackMachine>): boolean {
  return track.value === 'starting' || track.value === 'recording' || track.value === 'recovering'
}

/** A recording's state as clients see it; an unconfirmed one is Active. */
export function recordingState(session: SnapshotFrom<typeof sessionMachine>): RecordingState {
  if (session.matches('wrapUp')) return 'WrapUp'
  if (session.matches('closed') || session.matches('abandoned')) return 'Closed'
  return session.matches({ capturing: 'paused' }) ? 'Paused' : 'Active'
}

/** Derives a capturing recording's state from its tracks. */
export function stateOfTracks(tracks: RecordingFold['tracks']): 'Active' | 'Paused' | 'WrapUp' {
  const all = Object.values(tracks)
  if (all.some(isCapturingTrack)) return 'Active'
  return all.map(trackState).includes('paused') ? 'Paused' : 'WrapUp'
}
