import type { AnyMachineSnapshot } from 'xstate'
import { MEDIA } from '../contract/media.ts'
import type { MachineChange, MachineState, MachineStates } from '../contract/replay.ts'
import type { MachineFacts, RecordingFold } from '../machines/recording-fold.ts'

/** The states of a recording's machines, as XState's snapshots. */
export type Snapshots = Pick<RecordingFold, 'control' | 'session' | 'tracks'>

/** Returns a state's path, such as `heldByApi.capturing`. */
export function statePath({ value }: Pick<AnyMachineSnapshot, 'value'>): string {
  const names: string[] = []
  let rest = value as string | Record<string, unknown> | undefined
  while (typeof rest === 'object') {
    const [name] = Object.keys(rest)
    if (name === undefined) break
    names.push(name)
    rest = rest[name] as typeof rest
  }
  return [...names, ...(rest === undefined ? [] : [rest])].join('.')
}

const described = new WeakMap<AnyMachineSnapshot, MachineState>()

/** Describes one machine's snapshot. Cached, because most events change no machine. */
export function machineState(snapshot: AnyMachineSnapshot): MachineState {
  let state = described.get(snapshot)
  if (state === undefined) {
    state = { value: statePath(snapshot), context: { ...snapshot.context } }
    described.set(snapshot, state)
  }
  return state
}

/** Describes the states of all machines. */
export function machineStates({ control, session, tracks }: Snapshots): MachineStates {
  return {
    control: machineState(control),
    session: machineState(session),
    tracks: {
      mic: machineState(tracks.mic),
      speaker: machineState(tracks.speaker),
      screen: machineState(tracks.screen),
    },
  }
}

/** Lists what an event's facts did to the machines: control, then session, then a track. */
export function machineChanges(
  facts: MachineFacts,
  before: Snapshots,
  after: Snapshots,
): MachineChange[] {
  const changes: MachineChange[] = []
  const { control, session, track } = facts
  if (control) changes.push(change('control', null, control.type, before.control, after.control))
  if (session) changes.push(change('session', null, session.type, before.session, after.session))
  for (const medium of MEDIA) {
    if (track?.medium !== medium) continue
    const [from, to] = [before.tracks[medium], after.tracks[medium]]
    changes.push(change('track', medium, track.fact.type, from, to))
  }
  return changes
}

function change(
  machine: MachineChange['machine'],
  medium: MachineChange['medium'],
  fact: string,
  before: AnyMachineSnapshot,
  after: AnyMachineSnapshot,
): MachineChange {
  return { machine, medium, from: statePath(before), to: statePath(after), fact }
}
