import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { ConnectionSlots } from '../../../src/http/admission/connection-slots.ts'
import { suite } from '../../support/suite.ts'

suite('the slots of connections', (test) => {
  let slots: ConnectionSlots
  const all: Socket[] = []
  test.beforeEach(() => {
    slots = new ConnectionSlots({ strangers: 3, perClient: 3, clients: 5 })
  })
  test.afterEach(() => {
    for (const socket of all.splice(0)) socket.destroy()
  })

  function open(count: number): Socket[] {
    return Array.from({ length: count }, () => {
      const socket = new Socket()
      all.push(socket)
      slots.open(socket)
      return socket
    })
  }
  /** Opens connections of a client whose first requests were answered, unless `busy` says not. */
  function admit(count: number, clientId: string, busy?: 'reads' | 'acts'): Socket[] {
    return open(count).map((socket) => {
      const acts = busy === 'acts'
      assert.equal(slots.authenticate(socket, clientId, acts), true)
      slots.countRequest(socket, 1, acts)
      if (busy === undefined) slots.countRequest(socket, -1, acts)
      return socket
    })
  }
  const isRefused = (clientId: string, acts: boolean): boolean =>
    !slots.authenticate(open(1)[0]!, clientId, acts)
  const closed = (sockets: Socket[]): number[] =>
    sockets.flatMap(({ destroyed }, i) => (destroyed ? [i] : []))

  test('a further stranger closes the oldest stranger, and no client', () => {
    const clients = admit(2, 'crm')
    assert.deepEqual(closed(open(5)), [0, 1])
    assert.deepEqual(closed(clients), [])
  })

  test('a connection that waits for an answer is closed after the idle ones', () => {
    const strangers = open(3)
    slots.countRequest(strangers[0]!, 1, false)
    open(1)
    assert.deepEqual(closed(strangers), [1])
    const [newer] = open(1)
    assert.deepEqual(closed(strangers), [1, 2])
    for (const socket of all) slots.countRequest(socket, 1, false)
    open(1)
    assert.deepEqual(closed(strangers), [0, 1, 2])
    assert.equal(newer?.destroyed, false)
  })

  test('a client beyond its limit closes its own oldest connection', () => {
    const other = admit(1, 'ui')
    assert.deepEqual(closed(admit(4, 'crm')), [0])
    assert.deepEqual(closed(other), [])
  })

  test('at the limit of all clients, the one with the most connections loses its oldest', () => {
    const few = admit(2, 'ui')
    const many = admit(3, 'crm')
    assert.deepEqual(closed(admit(1, 'cli')), [])
    assert.deepEqual([closed(few), closed(many)], [[], [0]])
  })

  test('a connection whose request may act is never closed before its answer', () => {
    const acting = admit(3, 'crm', 'acts')
    assert.deepEqual([isRefused('crm', true), isRefused('crm', false)], [true, true])
    assert.deepEqual(closed(acting), [])
    slots.countRequest(acting[1]!, -1, true)
    assert.equal(isRefused('crm', true), false)
    assert.deepEqual(closed(acting), [1])
  })

  test('a connection whose first request the server does not have yet counts as busy', () => {
    const [first] = open(1)
    slots.authenticate(first!, 'crm', true)
    const others = admit(2, 'crm')
    admit(1, 'crm')
    assert.deepEqual([closed([first!]), closed(others)], [[], [0]])
  })

  test('a request that may act closes the oldest reading, one that reads closes none', () => {
    const reading = admit(2, 'crm', 'reads')
    admit(1, 'crm', 'acts')
    assert.equal(isRefused('crm', false), true)
    assert.deepEqual(closed(reading), [])
    assert.equal(isRefused('crm', true), false)
    assert.deepEqual(closed(reading), [0])
  })

  test('at the limit of all clients, the one with the most connections loses a reading', () => {
    admit(2, 'ui', 'acts')
    const many = admit(3, 'crm', 'reads')
    assert.equal(isRefused('cli', false), false)
    assert.deepEqual(closed(many), [0])
  })
})
