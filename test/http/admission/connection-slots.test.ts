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

  function open(count: number, clientId?: string): Socket[] {
    return Array.from({ length: count }, () => {
      const socket = new Socket()
      all.push(socket)
      slots.open(socket)
      if (clientId !== undefined) slots.authenticate(socket, clientId)
      return socket
    })
  }
  const closed = (sockets: Socket[]): number[] =>
    sockets.flatMap(({ destroyed }, i) => (destroyed ? [i] : []))

  test('a further stranger closes the oldest stranger, and no client', () => {
    const clients = open(2, 'crm')
    assert.deepEqual(closed(open(5)), [0, 1])
    assert.deepEqual(closed(clients), [])
  })

  test('a connection that waits for an answer is closed after the idle ones', () => {
    const strangers = open(3)
    slots.countRequest(strangers[0]!, 1)
    open(1)
    assert.deepEqual(closed(strangers), [1])
    const [newer] = open(1)
    assert.deepEqual(closed(strangers), [1, 2])
    for (const socket of all) slots.countRequest(socket, 1)
    open(1)
    assert.deepEqual(closed(strangers), [0, 1, 2])
    assert.equal(newer?.destroyed, false)
  })

  test('a client beyond its limit closes its own oldest connection', () => {
    const other = open(1, 'ui')
    assert.deepEqual(closed(open(4, 'crm')), [0])
    assert.deepEqual(closed(other), [])
  })

  test('at the limit of all clients, the one with the most connections loses its oldest', () => {
    const few = open(2, 'ui')
    const many = open(3, 'crm')
    assert.deepEqual(closed(open(1, 'cli')), [])
    assert.deepEqual([closed(few), closed(many)], [[], [0]])
  })
})
