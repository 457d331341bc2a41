import type { MachineName } from '../../contract/replay.ts'

/** A transition of a state. */
export interface TransitionDefinition {
  /** The event's type: a command, a fact, or `xstate.error.actor.…` of an invoked actor. */
  event: string
  /** The path of the state that is entered; null when the state stays. */
  target: string | null
  /** The name of the condition; null without one. */
  guard: string | null
  /** The names of the actions, in order. */
  actions: readonly string[]
}

/** A state with the states inside it, as plain data. */
export interface StateDefinition {
  /** The last part of the state's path; the machine's name for its root. */
  name: string
  /** The name of the inner state that is entered first; null without inner states. */
  initial: string | null
  /** The names of the actions on entry. */
  entry: readonly string[]
  /** The names of the actors that live as long as the state is active. */
  invoke: readonly string[]
  transitions: readonly TransitionDefinition[]
  states: readonly StateDefinition[]
}

/** A machine's definition: its root state. */
export type MachineDefinition = StateDefinition

/** The definitions of all machines in one version. */
export type MachineDefinitions = Readonly<Record<MachineName, MachineDefinition>>
