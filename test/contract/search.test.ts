import assert from 'node:assert/strict'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'

suite('searching recordings', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  let meier: string
  let strasse: string
  /** Interrupted by a crash. */
  let broken: string
  /** Still open. */
  let open: string

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
    meier = await record({ customer: 'Meier, Anna', topic: 'Mortgage' })
    strasse = await record({ address: 'Königstraße 12a', customer: 4711 }, 'ui')
    broken = (await clients.api.start({ media: ['mic'], tags: { customer: 'Ümit' } })).body.id
    daemon.kill()
    await daemon.exited
    daemon = await startDaemon({ home: daemon.home })
    clients = await connect(daemon)
    await clients.api.command('close')
    open = (await clients.api.start({ media: ['mic'], tags: { customer: 'Anna Open' } })).body.id
  })
  test.after(async () => {
    await daemon?.stop()
  })

  async function record(tags: object, side: 'api' | 'ui' = 'api'): Promise<string> {
    const client = clients[side]
    const { body } = await client.start({ media: ['mic'], tags })
    await client.command('stop')
    await client.command('close')
    return body.id
  }

  async function find(body: object): Promise<string[]> {
    const answer = await clients.api.call('POST', '/recordings/search', body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.items.map(({ id }: RecordingAnswer) => id)
  }

  test('words of tags are found by their beginnings, in any case and any order', async () => {
    assert.deepEqual(await find({ text: 'mei' }), [meier])
    assert.deepEqual(await find({ text: 'MORT  anna' }), [meier])
    assert.deepEqual(await find({ text: 'anna' }), [open, meier])
    assert.deepEqual(await find({ text: 'königs 12' }), [strasse])
    assert.deepEqual(await find({ text: 'KÖNIGS' }), [strasse])
    assert.deepEqual(await find({ text: '47' }), [strasse])
    assert.deepEqual(await find({ text: 'ümit' }), [broken])
    assert.deepEqual(await find({ text: 'eier' }), [])
    assert.deepEqual(await find({ text: 'mei königs' }), [])
  })

  test('keys of tags, and the recorder’s own tags, are not searched', async () => {
    assert.deepEqual(await find({ text: 'topic' }), [])
    assert.deepEqual(await find({ text: 'linux' }), [])
  })

  test('recordings are found by the client that started them', async () => {
    assert.deepEqual(await find({ client: 'ui' }), [strasse])
    assert.deepEqual(await find({ client: 'home' }), [open, broken, meier])
    assert.deepEqual(await find({ client: 'nobody' }), [])
  })

  test('what went wrong is found by its gaps, and a pause is not wrong', async () => {
    await clients.api.command('pause')
    assert.deepEqual(await find({ gaps: true }), [broken])
    await clients.api.command('resume')
  })

  test('conditions are combined, with tags, states and pages too', async () => {
    assert.deepEqual(await find({ text: 'anna', state: 'Closed' }), [meier])
    assert.deepEqual(await find({ text: 'anna', client: 'ui' }), [])
    assert.deepEqual(await find({ text: 'mort', tags: { customer: 'Meier, Anna' } }), [meier])
    assert.deepEqual(await find({ text: 'mort', tags: { customer: 4711 } }), [])
    const page = await clients.api.call('POST', '/recordings/search', { client: 'home', limit: 1 })
    assert.deepEqual(page.body.items[0].id, open)
    const cursor = page.body.nextCursor
    assert.deepEqual(await find({ client: 'home', limit: 1, cursor }), [broken])
  })

  test('a condition that makes no sense is refused', async () => {
    for (const body of [{ text: '' }, { text: 'x'.repeat(129) }, { gaps: false }, { client: 7 }]) {
      const answer = await clients.api.call('POST', '/recordings/search', body)
      assert.equal(answer.status, 400, JSON.stringify(body))
    }
  })

  test('the tag keys of the newest recordings are listed, the last used first', async () => {
    const { body } = await clients.api.get('/tag-keys')
    const keys = body.items.map(({ key }: { key: string }) => key)
    assert.equal(keys[0], 'customer')
    assert.deepEqual(keys.toSorted(), ['address', 'customer', 'topic'])
  })
})
