import assert from 'node:assert/strict'
import { type AnyStateMachine, type AnyStateNode, createMachine } from 'xstate'
import { configOf, MACHINES, machineConfig } from '../../src/inspection/machine-config.ts'
import { definitionOf, MACHINES_VERSION } from '../../src/machines/definitions/definitions.ts'
import { suite } from '../support/suite.ts'

const NAMES = ['control', 'session', 'track'] as const

/** Every state of a machine with its transitions, its first inner state and its actors. */
function shapeOf(machine: AnyStateMachine): unknown[] {
  const shape = (node: AnyStateNode): unknown[] => [
    {
      id: node.id,
      initial: node.initial?.target?.map(({ id }: AnyStateNode) => id),
      entry: node.entry,
      invoke: node.invoke.map(({ id }) => id),
      transitions: [...node.transitions].flatMap(([event, transitions]) =>
        transitions.map(({ target, guard, actions }) => [
          ...[event, target?.map(({ id }: AnyStateNode) => id), guard, actions],
        ]),
      ),
    },
    ...Object.values(node.states).flatMap(shape),
  ]
  return JSON.parse(JSON.stringify(shape(machine.root)))
}

suite('definitions of machines in the inspection feed', (test) => {
  test('a kept definition makes the machine that it was kept of', () => {
    for (const name of NAMES) {
      const kept = createMachine(configOf(definitionOf(name, MACHINES_VERSION)))
      assert.deepEqual(shapeOf(kept), shapeOf(MACHINES[name]), name)
    }
  })

  test('every version of every machine is JSON that makes a machine', () => {
    for (let version = 1; version <= MACHINES_VERSION; version++)
      for (const name of NAMES)
        assert.equal(createMachine(JSON.parse(machineConfig(name, version))).id, name)
  })
})
