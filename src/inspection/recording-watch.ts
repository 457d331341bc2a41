import type { Actor, AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate'
import type { CaptureProcess, InspectedEvent, InspectionMessage } from '../contract/inspection.ts'
import { MEDIA, type Medium } from '../contract/media.ts'
import type { controlMachine } from '../machines/control-machine.ts'
import type { RecordingFold } from '../machines/recording-fold.ts'
import type { sessionMachine } from '../machines/session-machine.ts'
import type { trackMachine } from '../machines/track-machine.ts'
import {
  childActor,
  childSnapshot,
  machineActor,
  machineSnapshot,
  processActor,
  recordingActor,
} from './actor-descriptions.ts'
import {
  actorMessage,
  eventMessage,
  MACHINE_KEYS,
  type MachineKey,
  machineSession,
  type Stamp,
  snapshotMessage,
} from './inspection-messages.ts'

/** A recording with live actors. */
export interface InspectedRecording {
  readonly id: string
  readonly control: Actor<typeof controlMachine>
  readonly session: Actor<typeof sessionMachine>
  readonly tracks: Record<Medium, Actor<typeof trackMachine>>
  readonly states: Pick<RecordingFold, 'control' | 'session' | 'tracks'>
  /** The programs that capture for a track now. */
  processes(medium: Medium): Iterable<CaptureProcess>
}

/** The feed that a watch sends to. */
export interface WatchOptions {
  send(message: InspectionMessage): void
  /** When the present event happens, and its position. */
  stamp(): Stamp
  /** Does what shows something, and reports a fault of it: XState would let it reach a machine. */
  attempt(show: () => void): void
}

type MachineSnapshots = { getSnapshot(): AnyMachineSnapshot }

/** Translates what XState reports of a recording's actors, while it is started. */
export class RecordingWatch {
  readonly #recording: InspectedRecording
  readonly #options: WatchOptions
  #subscriptions: { unsubscribe(): void }[] = []

  constructor(recording: InspectedRecording, options: WatchOptions) {
    this.#recording = recording
    this.#options = options
  }

  /** Listens to the actors. Each machine is a system of its own to XState. */
  start(): void {
    this.stop()
    this.#subscriptions = MACHINE_KEYS.map((key) => {
      const root = this.#machine(key)
      return root.system.inspect((event) => {
        this.#options.attempt(() => {
          const message = this.#translate(key, root, event)
          if (message !== null) this.#options.send(message)
        })
      })
    })
  }

  /** Listens no more. */
  stop(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe()
  }

  /** Returns the messages that describe every living actor, parents first. */
  *present(): Generator<InspectionMessage> {
    const { id } = this.#recording
    const stamp = this.#options.stamp()
    yield actorMessage(
      recordingActor(id, { status: 'active', context: { recordingId: id } }),
      stamp,
    )
    for (const key of MACHINE_KEYS) {
      const snapshot = (this.#machine(key) as unknown as MachineSnapshots).getSnapshot()
      yield actorMessage(machineActor(id, key, machineSnapshot(snapshot)), stamp)
      for (const child of Object.values(snapshot.children) as AnyActorRef[]) {
        const state = childSnapshot(child.id, inputOf(child), snapshot)
        yield actorMessage(childActor(machineSession(id, key), child.id, state), stamp)
      }
    }
    for (const medium of MEDIA)
      for (const process of this.#recording.processes(medium))
        yield actorMessage(processActor(id, medium, process), stamp)
  }

  #machine(key: MachineKey): AnyActorRef {
    const { control, session, tracks } = this.#recording
    if (key === 'control') return control
    return key === 'session' ? session : tracks[key.slice('track:'.length) as Medium]
  }

  /** Returns the message for what XState reports; null for what no reader needs. */
  #translate(
    key: MachineKey,
    root: AnyActorRef,
    inspected: InspectionEvent,
  ): InspectionMessage | null {
    const machine = machineSession(this.#recording.id, key)
    const stamp = this.#options.stamp()
    const actor = inspected.actorRef as AnyActorRef
    const sessionOf = (ref: AnyActorRef): string =>
      ref === root ? machine : `${machine}/${ref.id}`
    switch (inspected.type) {
      case '@xstate.actor':
        return actorMessage(childActor(machine, actor.id, childState(actor, root)), stamp)
      case '@xstate.event': {
        const source = inspected.sourceRef as AnyActorRef | undefined
        const event = inspected.event as InspectedEvent
        return eventMessage(sessionOf(actor), event, stamp, source && sessionOf(source))
      }
      case '@xstate.snapshot': {
        const { event, snapshot } = inspected
        const state =
          actor === root
            ? machineSnapshot(snapshot as AnyMachineSnapshot)
            : childState(actor, root, snapshot.status)
        return snapshotMessage(sessionOf(actor), state, event as InspectedEvent, stamp)
      }
      default:
        return null
    }
  }
}

function childState(
  child: AnyActorRef,
  root: AnyActorRef,
  status: 'active' | 'done' | 'error' | 'stopped' = 'active',
) {
  // A child is created before its parent has its next state.
  const parent = root.getSnapshot() as AnyMachineSnapshot
  return childSnapshot(child.id, inputOf(child), parent, status)
}

function inputOf(child: AnyActorRef): unknown {
  return (child as { options?: { input?: unknown } }).options?.input
}
