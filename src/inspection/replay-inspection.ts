import type { AnyMachineSnapshot } from 'xstate'
import type { LogEvent } from '../contract/events.ts'
import type { InspectedSnapshot, InspectionMessage } from '../contract/inspection.ts'
import type { Medium } from '../contract/media.ts'
import { machineFacts } from '../machines/recording-fold.ts'
import type { PersistedSnapshots } from '../replay/persisted-snapshots.ts'
import type { Replay } from '../replay/replay.ts'
import {
  childActor,
  childSnapshot,
  machineActor,
  machineOf,
  recorderActor,
  recordingActor,
} from './actor-descriptions.ts'
import {
  type ActorDescription,
  actorMessage,
  eventMessage,
  MACHINE_KEYS,
  type MachineKey,
  machineSession,
  recordingSession,
  type Stamp,
  snapshotMessage,
} from './inspection-messages.ts'
import { logMessages, stampOf } from './log-messages.ts'

interface Invoke {
  id: string
  input?: unknown
}

/**
 * Shows a recording's past through the messages of the live feed. It starts no actor. Programs are
 * missing, because the log does not know them.
 */
export class ReplayInspection {
  /** The recording; another one is the same with more events. */
  replay: Replay
  readonly #version: string
  /** The number of events that are shown. */
  #index = 0
  /** The clocks and captures that are shown, by session id. */
  #children = new Map<string, ActorDescription>()
  /** The machines after the events that are shown. */
  #present: { index: number; snapshots: PersistedSnapshots } | undefined

  constructor(replay: Replay, version: string) {
    this.replay = replay
    this.#version = version
  }

  /** The number of events that are shown. */
  get index(): number {
    return this.#index
  }

  /** Shows the state after so many events: all living actors. */
  show(index: number): InspectionMessage[] {
    this.#index = index
    const { recordingId, events } = this.replay
    const event = events[index - 1]
    // Before the first event, it is the moment of the first.
    const first = events[0]
    const stamp: Stamp = event ? stampOf(event) : { atMs: first ? Date.parse(first.at) : 0 }
    const before = this.#children
    this.#children = new Map()
    const actors = [
      recorderActor(this.#version),
      recordingActor(recordingId, this.#recordingSnapshot()),
    ]
    const version = this.#machinesVersion()
    for (const key of MACHINE_KEYS) {
      const state = this.#isOver ? ended(this.#machine(key)) : this.#machine(key)
      const children = this.#isOver ? [] : this.#childrenOf(key, state)
      actors.push(machineActor(recordingId, key, state, version), ...children)
      for (const child of children) this.#children.set(child.sessionId, child)
    }
    const gone = [...before.values()].filter(({ sessionId }) => !this.#children.has(sessionId))
    return [
      ...gone.map((child) => stopped(child, { type: 'replay.seek' }, stamp)),
      ...actors.map((actor) => actorMessage(actor, stamp)),
    ]
  }

  /** Shows the next event. Returns no messages when there is none. */
  step(): InspectionMessage[] {
    const { recordingId, events } = this.replay
    const event = events[this.#index]
    if (event === undefined) return []
    const wasOver = this.#isOver
    this.#index++
    const refusal =
      event.type === 'command.refused' ? this.replay.stateAfter(this.#index).refusal : null
    const recording = recordingSession(recordingId)
    return [
      ...logMessages(event, true, refusal),
      ...this.#machineMessages(event),
      ...(this.#isOver && !wasOver ? this.#endMessages(stampOf(event)) : []),
      snapshotMessage(recording, this.#recordingSnapshot(), { type: event.type }, stampOf(event)),
    ]
  }

  /** Whether the actors of the recording have ended. */
  get #isOver(): boolean {
    const { value } = this.#machine('session')
    return value === 'closed' || value === 'rolledBack'
  }

  /** Ends all actors, as the last fact of a recording does. */
  #endMessages(stamp: Stamp): InspectionMessage[] {
    const cause = { type: 'xstate.stop' }
    const children = [...this.#children.values()]
    this.#children.clear()
    return [
      ...children.map((child) => stopped(child, cause, stamp)),
      ...MACHINE_KEYS.map((key) => {
        const machine = machineSession(this.replay.recordingId, key)
        return snapshotMessage(machine, ended(this.#machine(key)), cause, stamp)
      }),
    ]
  }

  #machineMessages(event: LogEvent): InspectionMessage[] {
    const { control, session, track } = machineFacts(event)
    return [
      ...(control ? this.#factMessages('control', control, event) : []),
      ...(session ? this.#factMessages('session', session, event) : []),
      ...(track ? this.#factMessages(`track:${track.medium}`, track.fact, event) : []),
    ]
  }

  #factMessages(key: MachineKey, fact: { type: string }, event: LogEvent): InspectionMessage[] {
    const stamp = stampOf(event)
    const machine = machineSession(this.replay.recordingId, key)
    const state = this.#machine(key)
    return [
      eventMessage(machine, fact, stamp),
      ...this.#childMessages(key, state, fact, stamp),
      snapshotMessage(machine, state, fact, stamp),
    ]
  }

  /** Tells which clocks begin and end, and which segment is captured from now on. */
  #childMessages(
    key: MachineKey,
    state: InspectedSnapshot,
    fact: { type: string },
    stamp: Stamp,
  ): InspectionMessage[] {
    const parentId = machineSession(this.replay.recordingId, key)
    const after = this.#childrenOf(key, state)
    const ids = new Set(after.map(({ sessionId }) => sessionId))
    const messages: InspectionMessage[] = []
    for (const child of [...this.#children.values()]) {
      if (child.parentId !== parentId || ids.has(child.sessionId)) continue
      this.#children.delete(child.sessionId)
      messages.push(stopped(child, fact, stamp))
    }
    for (const child of after) {
      const before = this.#children.get(child.sessionId)
      this.#children.set(child.sessionId, child)
      if (before === undefined) messages.push(actorMessage(child, stamp))
      else if (JSON.stringify(before.snapshot) !== JSON.stringify(child.snapshot))
        messages.push(snapshotMessage(child.sessionId, child.snapshot, fact, stamp))
    }
    return messages
  }

  #childrenOf(key: MachineKey, state: InspectedSnapshot): ActorDescription[] {
    const machine = machineOf(key)
    const snapshot: AnyMachineSnapshot = machine.resolveState(state as never)
    const parentId = machineSession(this.replay.recordingId, key)
    return snapshot._nodes
      .flatMap((node) => node.invoke as Invoke[])
      .map(({ id, input }) => {
        const given = typeof input === 'function' ? input({ context: snapshot.context }) : input
        return childActor(parentId, id, childSnapshot(id, given, snapshot))
      })
  }

  /** Returns the present state of a machine. */
  #machine(key: MachineKey): InspectedSnapshot {
    if (this.#present?.index !== this.#index)
      this.#present = { index: this.#index, snapshots: this.replay.snapshotsAfter(this.#index) }
    const { control, session, tracks } = this.#present.snapshots
    if (key === 'control') return control as InspectedSnapshot
    if (key === 'session') return session as InspectedSnapshot
    return tracks[key.slice('track:'.length) as Medium] as InspectedSnapshot
  }

  /** Returns the version of the machines. The second event, `recording.starting`, names it. */
  #machinesVersion(): number {
    const { events } = this.replay
    return this.replay.stateAfter(Math.min(Math.max(this.#index, 2), events.length)).machinesVersion
  }

  #recordingSnapshot(): InspectedSnapshot {
    const { recordingId, events } = this.replay
    const event = events[this.#index - 1]
    return {
      status: this.#isOver ? 'done' : 'active',
      context: {
        recordingId,
        position: event?.position ?? null,
        version: event?.version ?? null,
        index: this.#index,
        count: events.length,
        nextPosition: events[this.#index]?.position ?? null,
      },
    }
  }
}

function stopped(child: ActorDescription, event: { type: string }, stamp: Stamp) {
  return snapshotMessage(child.sessionId, ended(child.snapshot), event, stamp)
}

function ended(snapshot: InspectedSnapshot): InspectedSnapshot {
  return { ...snapshot, status: 'stopped' }
}
