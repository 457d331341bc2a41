import type { ClientSide } from '../contract/by.ts'
import type { AllowedCommand } from '../contract/commands.ts'
import type { LogEvent } from '../contract/events.ts'
import type { MachineChange, ReplayState } from '../contract/replay.ts'
import { allowedCommands } from '../machines/allowed-commands.ts'
import { machineFacts, type RecordingFold } from '../machines/recording-fold.ts'
import { machineChanges, machineStates } from './machine-states.ts'
import { foldEvent, initialMoment, type Moment } from './moment.ts'
import { type PersistedSnapshots, persistedSnapshots } from './persisted-snapshots.ts'
import { refusalReason } from './refusal-reason.ts'

/** A moment is kept after so many events, and those between two of them while one is looked at. */
const EVENTS_PER_MOMENT = 256
const NO_CHANGES: readonly MachineChange[] = []

/** Commands of today, with the version of the machines that has brought them. */
const SINCE: Partial<Record<AllowedCommand, number>> = { consent: 2 }

/** Returns the commands that a side was allowed, of those that there were. */
function allowedThen(fold: RecordingFold, side: ClientSide, version: number): AllowedCommand[] {
  return allowedCommands(fold, side).filter((name) => (SINCE[name] ?? 1) <= version)
}

/**
 * A recording that can be seen as it was after each of its events. A pure fold of the recorder's
 * own machines and of the view that clients get: it starts no actor, and asks nothing but the
 * events. `stateAfter` folds at most {@link EVENTS_PER_MOMENT} events, and none for a neighbour of
 * the moment that was asked for last.
 */
export class Replay {
  readonly recordingId: string
  readonly events: LogEvent[] = []
  /** The moments after 0, 256, 512 … events. */
  readonly #moments: Moment[]
  readonly #changes: (readonly MachineChange[])[] = []
  #newest: Moment
  /** The moments from a kept one on: whoever asks for a moment asks for its neighbours next. */
  #window: { from: number; moments: Moment[] } = { from: -1, moments: [] }

  constructor(recordingId: string) {
    this.recordingId = recordingId
    this.#newest = initialMoment(recordingId)
    this.#moments = [this.#newest]
  }

  /**
   * Adds the recording's next events, oldest first. Events that it has already, accesses, and those
   * of other recordings change nothing.
   * @throws RecorderError INTERNAL when a machine has no transition for a fact.
   */
  append(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.recordingId !== this.recordingId) continue
      if (event.position <= (this.events.at(-1)?.position ?? 0)) continue
      // Others look at the recording, perhaps years later. It is not part of what happened.
      if (event.type === 'recording.accessed') continue
      const before = this.#newest
      this.#newest = foldEvent(before, event)
      this.events.push(event)
      const facts = machineFacts(event)
      const isChange = facts.control ?? facts.session ?? facts.track
      this.#changes.push(
        isChange ? machineChanges(facts, before.fold, this.#newest.fold) : NO_CHANGES,
      )
      if (this.events.length % EVENTS_PER_MOMENT === 0) this.#moments.push(this.#newest)
    }
  }

  /** Returns how many of the events are at or before a position of the log. */
  indexAtPosition(position: number): number {
    return this.#countWhile((event) => event.position <= position)
  }

  /** Returns how many of the events happened at or before a time (RFC 3339). */
  indexAtTime(at: string): number {
    const time = Date.parse(at)
    return this.#countWhile((event) => Date.parse(event.at) <= time)
  }

  /** Positions and times of a recording never go back. */
  #countWhile(isBefore: (event: LogEvent) => boolean): number {
    let [low, high] = [0, this.events.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.events[middle]!)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Returns what event `index` (from 1) did to the machines. */
  changesOf(index: number): readonly MachineChange[] {
    return this.#changes[index - 1] ?? NO_CHANGES
  }

  /** Returns the state after so many of the events; 0 is before the first. */
  stateAfter(index: number): ReplayState {
    const { fold, projection, machinesVersion } = this.#momentAfter(index)
    const event = this.events[index - 1] ?? null
    return {
      recordingId: this.recordingId,
      machinesVersion,
      index,
      count: this.events.length,
      event,
      nextPosition: this.events[index]?.position ?? null,
      previousPosition: this.events[index - 2]?.position ?? null,
      machines: machineStates(fold),
      changes: [...this.changesOf(index)],
      refusal: event?.type === 'command.refused' ? refusalReason(event, fold) : null,
      recording: projection?.view ?? null,
      allowedCommands: {
        api: allowedThen(fold, 'api', machinesVersion),
        ui: allowedThen(fold, 'ui', machinesVersion),
      },
    }
  }

  /**
   * Returns the machines after so many of the events as XState's persisted snapshots, which
   * `createActor(machine, { snapshot })` takes.
   */
  snapshotsAfter(index: number): PersistedSnapshots {
    return persistedSnapshots(this.#momentAfter(index).fold)
  }

  #momentAfter(index: number): Moment {
    if (!Number.isInteger(index) || index < 0 || index > this.events.length)
      throw new RangeError(`There is no event ${index} of ${this.events.length}.`)
    if (index === this.events.length) return this.#newest
    const from = index - (index % EVENTS_PER_MOMENT)
    if (this.#window.from !== from)
      this.#window = { from, moments: [this.#moments[from / EVENTS_PER_MOMENT]!] }
    const { moments } = this.#window
    while (moments.length <= index - from) {
      const event = this.events[from + moments.length - 1]!
      moments.push(foldEvent(moments.at(-1)!, event))
    }
    return moments[index - from]!
  }
}
