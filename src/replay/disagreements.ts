import { MEDIA } from '../contract/media.ts'
import type { MachineState, ReplayState } from '../contract/replay.ts'
import type { RecordingState, TrackState } from '../contract/states.ts'

/**
 * Compares the machines of a moment with the recording as clients saw it: two folds of the same
 * events that know nothing of each other. Returns what differs, in sentences; nothing when all
 * agree.
 */
export function disagreements({ machines, recording }: ReplayState): string[] {
  if (recording === null) return []
  const { control, session, tracks } = machines
  const found: string[] = []
  const compare = (what: string, machine: string, view: string) => {
    if (machine !== view) found.push(`${what}: the machine says ${machine}, the view ${view}.`)
  }
  compare('The state of the recording', stateOf(session.value), recording.state)
  const holder = CONTROLLERS[control.value.split('.')[0] as string]
  // Once it is released, nobody has control, and the view goes on naming who had it.
  if (holder !== undefined) compare('Control', holder, recording.controller)
  for (const medium of MEDIA) {
    const machine = trackStateOf(tracks[medium])
    const view = recording.tracks[medium]?.state
    // `recording.starting` names the media whose own facts follow in the same batch.
    if (session.value === 'capturing.starting' && machine === 'off' && view === 'starting') continue
    // For clients, a track whose start was taken back has never been on, unless media are left.
    if (machine === 'stopped' && view === 'off' && isReverted(tracks[medium])) continue
    compare(`The state of ${medium}`, machine, view ?? 'off')
  }
  return found
}

const CONTROLLERS: Record<string, string> = { heldByApi: 'api', heldByUi: 'ui' }

function stateOf(session: string): RecordingState {
  if (session === 'wrapUp') return 'WrapUp'
  if (session === 'closed' || session === 'rolledBack') return 'Closed'
  return session === 'capturing.paused' ? 'Paused' : 'Active'
}

function isReverted({ context }: MachineState): boolean {
  return context.stoppedBy === 'reverted'
}

function trackStateOf({ value }: MachineState): TrackState {
  if (value === 'pausing') return 'paused'
  if (value === 'stopping') return 'stopped'
  return value as TrackState
}
