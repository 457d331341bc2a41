import type { MachineName } from '../../contract/replay.ts'
import type { MachineDefinition, MachineDefinitions } from './definition.ts'
import { control as control1 } from './v1/control.ts'
import { session as session1 } from './v1/session.ts'
import { track as track1 } from './v1/track.ts'
import { control as control2 } from './v2/control.ts'
import { session as session2 } from './v2/session.ts'
import { track as track3 } from './v3/track.ts'

/**
 * The definitions of every version, from 1. A version is never changed, because logs name it: an
 * old recording is shown with the machines that it was written with. Machines that a version leaves
 * alone are those of the version before.
 */
const VERSIONS: readonly MachineDefinitions[] = [
  { control: control1, session: session1, track: track1 },
  { control: control2, session: session2, track: track1 },
  { control: control2, session: session2, track: track3 },
]

/** The newest version of the machines' definitions, with which events are written today. */
export const MACHINES_VERSION = VERSIONS.length

/** Returns a machine's definition in a version. Throws a RangeError for an unknown version. */
export function definitionOf(machine: MachineName, version: number): MachineDefinition {
  const definitions = VERSIONS[version - 1]
  if (definitions === undefined)
    throw new RangeError(
      `The machines have no version ${version}; the newest is ${MACHINES_VERSION}.`,
    )
  return definitions[machine]
}
