import type { AnyStateMachine } from 'xstate'
import type { MachineName } from '../contract/replay.ts'
import { controlMachine } from '../machines/control-machine.ts'
import type { MachineDefinition, StateDefinition } from '../machines/definitions/definition.ts'
import { definitionOf, MACHINES_VERSION } from '../machines/definitions/definitions.ts'
import { sessionMachine } from '../machines/session-machine.ts'
import { trackMachine } from '../machines/track-machine.ts'

/** The machines of today. */
export const MACHINES: Readonly<Record<MachineName, AnyStateMachine>> = {
  control: controlMachine,
  session: sessionMachine,
  track: trackMachine,
}

const texts = new Map<string, string>()

/**
 * Returns a machine's definition in a version as JSON that `createMachine` takes. Functions are
 * left out, since no reader has them.
 */
export function machineConfig(machine: MachineName, version: number): string {
  const key = `${machine} ${version}`
  let text = texts.get(key)
  if (text === undefined) {
    const isNewest = version === MACHINES_VERSION
    const kept = () => configOf(definitionOf(machine, version))
    text = JSON.stringify(isNewest ? MACHINES[machine].config : kept())
    texts.set(key, text)
  }
  return text
}

/** Converts a kept definition to a configuration of XState. */
export function configOf(machine: MachineDefinition): Record<string, unknown> {
  const targetOf = (path: string): string => `#${machine.name}.${path}`
  const stateConfig = (state: StateDefinition): Record<string, unknown> => {
    const on: Record<string, object[]> = {}
    for (const { event, target, guard, actions } of state.transitions) {
      on[event] ??= []
      on[event].push({
        ...(target === null ? {} : { target: targetOf(target) }),
        ...(guard === null ? {} : { guard }),
        actions,
      })
    }
    return {
      ...(state.initial === null ? {} : { initial: state.initial }),
      entry: state.entry,
      invoke: state.invoke.map((name) => ({ src: name, id: name })),
      on,
      states: Object.fromEntries(state.states.map((inner) => [inner.name, stateConfig(inner)])),
    }
  }
  return { id: machine.name, ...stateConfig(machine) }
}
