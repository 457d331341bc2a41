import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createMachine } from 'xstate'
import { describeMachine, describeMachines } from '../../scripts/machines/describe-machines.ts'
import type { EventOf } from '../../src/contract/events.ts'
import type { MachineName } from '../../src/contract/replay.ts'
import { definitionOf, MACHINES_VERSION } from '../../src/machines/definitions/definitions.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { suite } from '../support/suite.ts'

const MACHINES = ['control', 'session', 'track'] as const

/** SHA-256 of each version's definitions as JSON. Add a line for a new version; change none. */
const KEPT: Record<MachineName, string>[] = [
  {
    control: '0accb3c1662d850c6ea4a81571a2bb13c49ed14f276179e138a17c87048027f1',
    session: '617fadf24c80d84d16a4c90e8aceebc5eaa8272e44b4e721b2edf859becea2d8',
    track: 'e0ea8f2fc49154bff6cc202fa972fa5cd0edc1dd39bdf8cf54ab24a19491f0ea',
  },
  {
    control: '3c6f8083127c735f28917c0675e7f96ba0afa396d284c9b4fd6f37d5ce55e418',
    session: 'f0d2538c22e32b199e2e04fbaa19354cb459501aeceefa72a08eaec7ddfb4288',
    track: 'e0ea8f2fc49154bff6cc202fa972fa5cd0edc1dd39bdf8cf54ab24a19491f0ea',
  },
  {
    control: '3c6f8083127c735f28917c0675e7f96ba0afa396d284c9b4fd6f37d5ce55e418',
    session: 'f0d2538c22e32b199e2e04fbaa19354cb459501aeceefa72a08eaec7ddfb4288',
    track: '8b74ad9cc16101e3a5d997db46e582641e9f4bb463852e65491e4399cbfc9b28',
  },
]

suite('the kept definitions of the machines', (test) => {
  test('a recording of today is written with machines whose definition is kept', () => {
    const today = describeMachines()
    for (const name of MACHINES) {
      assert.deepEqual(
        definitionOf(name, MACHINES_VERSION),
        today[name],
        `The ${name} machine is not that of version ${MACHINES_VERSION}. Leave that version as it ` +
          'is, and keep today’s machines as the next one: npm run keep-machines.',
      )
    }
  })

  test('an old recording finds its machines unchanged', () => {
    const hashes = Array.from({ length: MACHINES_VERSION }, (_, i) =>
      Object.fromEntries(
        MACHINES.map((name) => {
          const json = JSON.stringify(definitionOf(name, i + 1))
          return [name, createHash('sha256').update(json).digest('hex')]
        }),
      ),
    )
    assert.deepEqual(hashes, KEPT)
  })

  test('a log says with which version its events were written', async () => {
    const bench = await RecorderBench.create()
    try {
      const [started] = await bench.events()
      assert.equal(started?.type, 'daemon.started')
      assert.equal((started as EventOf<'daemon.started'>).data.machines, MACHINES_VERSION)
    } finally {
      await bench.dispose()
    }
  })

  test('an unknown version is an error that names the newest', () => {
    for (const version of [0, MACHINES_VERSION + 1, 1.5, Number.NaN])
      assert.throws(() => definitionOf('track', version), {
        name: 'RangeError',
        message: new RegExp(`the newest is ${MACHINES_VERSION}\\.$`),
      })
  })

  test('a feature that a definition cannot hold is an error, not a silent loss', () => {
    const describe = (state: object) => () =>
      describeMachine(createMachine({ initial: 'a', states: { a: state, b: {} } } as never))
    assert.doesNotThrow(describe({ on: { x: 'b' } }))
    assert.throws(describe({ after: { 1000: 'b' } }), /holds no state like/)
    assert.throws(describe({ always: 'b' }), /holds no state like/)
    assert.throws(describe({ exit: 'x' }), /holds no state like/)
    assert.throws(describe({ type: 'parallel' }), /holds no state like/)
    assert.throws(describe({ on: { x: { target: 'a', reenter: true } } }), /holds no transition/)
    assert.throws(describe({ on: { x: { actions: () => {} } } }), /that have a name/)
  })
})
