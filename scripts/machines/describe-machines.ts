import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { controlMachine } from '../../src/machines/control-machine.ts'
import type {
  MachineDefinition,
  MachineDefinitions,
  StateDefinition,
  TransitionDefinition,
} from '../../src/machines/definitions/definition.ts'
import { sessionMachine } from '../../src/machines/session-machine.ts'
import { trackMachine } from '../../src/machines/track-machine.ts'

/** Returns the definitions of today's machines. */
export function describeMachines(): MachineDefinitions {
  return {
    control: describeMachine(controlMachine),
    session: describeMachine(sessionMachine),
    track: describeMachine(trackMachine),
  }
}

/**
 * Returns a machine's definition as plain data. Throws for a feature that a definition does not
 * hold, so that no change of a machine goes unnoticed.
 */
export function describeMachine(machine: AnyStateMachine): MachineDefinition {
  return describeState(machine.root)
}

function describeState(node: AnyStateNode): StateDefinition {
  assertPlain(node)
  return {
    name: node.key,
    initial: node.config.initial === undefined ? null : String(node.config.initial),
    entry: node.entry.map(nameOf),
    invoke: node.invoke.map(({ src }) => nameOf(src)),
    transitions: [...node.transitions.values()].flat().map(describeTransition),
    states: Object.values(node.states).map(describeState),
  }
}

function describeTransition(transition: AnyTransitionDefinition): TransitionDefinition {
  const [target, ...others] = transition.target ?? []
  if (others.length > 0 || transition.reenter)
    throw new Error(`A definition holds no transition like ${transition.eventType}.`)
  return {
    event: transition.eventType,
    target: target?.path.join('.') ?? null,
    guard: transition.guard === undefined ? null : nameOf(transition.guard),
    actions: transition.actions.map(nameOf),
  }
}

function assertPlain(node: AnyStateNode): void {
  const { type, exit, always, after, tags, history } = node
  const isPlain =
    (type === 'atomic' || type === 'compound') &&
    exit.length === 0 &&
    (always ?? []).length === 0 &&
    after.length === 0 &&
    tags.length === 0 &&
    !history
  if (!isPlain) throw new Error(`A definition holds no state like ${node.id}.`)
}

/** Returns the name of an action, guard or actor; one without a name cannot be kept. */
function nameOf(reference: unknown): string {
  if (typeof reference === 'string') return reference
  const { type } = reference as { type?: unknown }
  if (typeof reference !== 'object' || typeof type !== 'string')
    throw new Error('A definition holds only actions, guards and actors that have a name.')
  return type
}
