import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import type { CaptureProcess, InspectedSnapshot } from '../contract/inspection.ts'
import type { Medium } from '../contract/media.ts'
import type { MachineName } from '../contract/replay.ts'
import { MACHINES_VERSION } from '../machines/definitions/definitions.ts'
import {
  type ActorDescription,
  type MachineKey,
  machineSession,
  RECORDER_SESSION,
  recordingSession,
} from './inspection-messages.ts'
import { MACHINES, machineConfig } from './machine-config.ts'

/** Describes the root of all actors. */
export function recorderActor(version: string): ActorDescription {
  return {
    sessionId: RECORDER_SESSION,
    parentId: undefined,
    name: 'recorder',
    definition: JSON.stringify({ id: 'recorder' }),
    snapshot: { status: 'active', context: { version } },
  }
}

/** Describes a recording, the parent of its machines. */
export function recordingActor(id: string, snapshot: InspectedSnapshot): ActorDescription {
  return {
    sessionId: recordingSession(id),
    parentId: RECORDER_SESSION,
    name: `recording ${id}`,
    definition: JSON.stringify({ id: 'recording' }),
    snapshot,
  }
}

/** Describes a machine of a recording, in a version of the machines' definitions. */
export function machineActor(
  id: string,
  machine: MachineKey,
  snapshot: InspectedSnapshot,
  version = MACHINES_VERSION,
): ActorDescription {
  return {
    sessionId: machineSession(id, machine),
    parentId: recordingSession(id),
    name: machine,
    definition: machineConfig(nameOf(machine), version),
    snapshot,
  }
}

/** Describes a clock or the capture of a machine. */
export function childActor(
  parentId: string,
  childId: string,
  snapshot: InspectedSnapshot,
): ActorDescription {
  return {
    sessionId: `${parentId}/${childId}`,
    parentId,
    name: childId,
    definition: JSON.stringify({ id: childId }),
    snapshot,
  }
}

/** Describes a program that captures for a track. */
export function processActor(
  recordingId: string,
  medium: Medium,
  process: CaptureProcess,
  status: InspectedSnapshot['status'] = 'active',
): ActorDescription {
  const capture = `${machineSession(recordingId, `track:${medium}`)}/capture`
  return {
    ...childActor(capture, `process:${process.pid}`, { status, context: { ...process } }),
    name: process.program,
    definition: JSON.stringify({ id: process.program }),
  }
}

/** Returns the machine that a key names. */
export function machineOf(key: MachineKey): AnyStateMachine {
  return MACHINES[nameOf(key)]
}

function nameOf(key: MachineKey): MachineName {
  return key === 'control' || key === 'session' ? key : 'track'
}

/**
 * Returns a machine's snapshot as `createActor(machine, { snapshot })` takes it. It has no
 * children: a reader must not start clocks and captures by looking.
 */
export function machineSnapshot({
  status,
  value,
  context,
}: Pick<AnyMachineSnapshot, 'status' | 'value' | 'context'>): InspectedSnapshot {
  return { status, value, context, children: {}, historyValue: {}, tags: [] }
}

/** The context of a track's machine, as far as its capture needs it. */
interface CaptureContext {
  segment: number
  device: unknown
}

/**
 * Returns the state of a machine's child: when a clock fires (null: never), or which segment a
 * capture writes, and from which device.
 */
export function childSnapshot(
  childId: string,
  input: unknown,
  parent: Pick<AnyMachineSnapshot, 'context'> | undefined,
  status: InspectedSnapshot['status'] = 'active',
): InspectedSnapshot {
  if (childId === 'capture') {
    const { segment = 0, device = null } = (parent?.context ?? {}) as Partial<CaptureContext>
    return { status, context: { segment, device } }
  }
  // A later pause may have set it.
  const at = childId === 'pauseClock' ? overdueAtOf(parent) : ((input ?? {}) as { at?: string }).at
  return { status, context: { firesAt: at || null } }
}

function overdueAtOf(track: Pick<AnyMachineSnapshot, 'context'> | undefined): string | undefined {
  return (track?.context as { overdueAt?: string } | undefined)?.overdueAt
}
