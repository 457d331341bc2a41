import type { AnyMachineSnapshot } from 'xstate'
import { COMMAND_DONE, type CommandName } from '../contract/commands.ts'
import type { EventOf } from '../contract/events.ts'
import type { Medium } from '../contract/media.ts'
import type { MachineName, RefusalReason } from '../contract/replay.ts'
import { isTrackCommand } from '../machines/allowed-commands.ts'
import { permits } from '../machines/recording-fold.ts'
import { type Snapshots, statePath } from './machine-states.ts'

/** Each guard of the machines, in words. */
const GUARDS: Record<string, string> = {
  fromApi: 'only an API client may do that',
  fromUi: 'only the recorder’s own page may do that',
}

/**
 * Explains a refusal from the states in which it was decided. The order of the checks is that of
 * arbitration: control, then session, then tracks. A refusal for another reason names no machine.
 */
export function refusalReason(event: EventOf<'command.refused'>, states: Snapshots): RefusalReason {
  const { command, code, detail, medium = null } = event.data
  const { side } = event.by
  const known = { command, side, code }
  const asked = machineThatRefused(event, states)
  if (asked === null)
    return { ...known, machine: null, medium: null, state: null, guard: null, reason: detail }
  const { machine, snapshot } = asked
  const guard = guardOf(snapshot, command)
  const state = statePath(snapshot)
  const inMachine = {
    machine,
    medium: machine === 'track' ? medium : null,
    // Without a medium, no track at all fits, and each is in a state of its own.
    state: machine === 'track' && medium === null ? null : state,
    guard,
  }
  return { ...known, ...inMachine, reason: `${detail} ${because(inMachine, command)}` }
}

interface Asked {
  machine: MachineName
  snapshot: AnyMachineSnapshot
}

function machineThatRefused(
  { data: { command, code, medium }, by: { side } }: EventOf<'command.refused'>,
  { control, session, tracks }: Snapshots,
): Asked | null {
  if (code.startsWith('CONTROL_HELD')) return { machine: 'control', snapshot: control }
  if (code === 'ALREADY_RECORDING' || code === 'RECORDING_CLOSED')
    return { machine: 'session', snapshot: session }
  if (code !== 'INVALID_STATE') return null
  if (!permits(session, command, side)) return { machine: 'session', snapshot: session }
  if (!isTrackCommand(command)) return null
  // A locked screen refuses what the track's machine would permit.
  if (medium !== undefined && permits(tracks[medium], command, side)) return null
  return { machine: 'track', snapshot: tracks[medium ?? 'mic'] }
}

function because(
  asked: {
    machine: MachineName
    medium: Medium | null
    state: string | null
    guard: string | null
  },
  command: CommandName,
): string {
  const { machine, medium, state, guard } = asked
  const name = medium === null ? `The ${machine} machine` : `The ${machine} machine of ${medium}`
  if (state === null)
    return `No ${machine} machine is in a state in which it can be ${COMMAND_DONE[command]}.`
  if (guard !== null)
    return `${name} was in “${state}”, where the guard ${guard} says: ${GUARDS[guard] ?? guard}.`
  return `${name} was in “${state}”, which has no transition for ${command}.`
}

interface StateConfig {
  on?: Record<string, { guard?: unknown } | string>
  states?: Record<string, StateConfig>
}

/** Returns the guard of a state's transition for a command; null when there is none. */
function guardOf(snapshot: AnyMachineSnapshot, command: CommandName): string | null {
  let node = snapshot.machine.config as StateConfig
  const nodes = [node]
  for (const name of statePath(snapshot).split('.')) {
    node = node.states?.[name] ?? {}
    nodes.push(node)
  }
  // The innermost state decides.
  for (const { on } of nodes.reverse()) {
    const transition = on?.[command]
    if (transition === undefined) continue
    const guard = typeof transition === 'object' ? transition.guard : undefined
    return typeof guard === 'string' ? guard : null
  }
  return null
}
