import assert from 'node:assert/strict'
import type { CommandRequests } from '../../../src/contract/commands.ts'
import { latch } from '../../support/latch.ts'
import { eventually, suite } from '../../support/suite.ts'
import { CustodyBench } from './support/custody-bench.ts'

const WITHDRAWN: CommandRequests['recording.consent'] = { state: 'withdrawn', method: 'spoken' }

suite('closing a recording whose consent was withdrawn before that erased', (test) => {
  let custody: CustodyBench
  let id: string
  test.beforeEach(async () => {
    custody = await CustodyBench.create()
    const { bench } = custody
    id = (await bench.command('api', 'recording.start', { media: ['mic'] })).id
    await bench.command('api', 'recording.consent', WITHDRAWN)
    custody.rules = { ...custody.rules, consent: { mode: 'off', eraseWhenWithdrawn: true } }
  })
  test.afterEach(() => custody.bench.dispose())

  const close = (more = {}) =>
    custody.bench.command('api', 'recording.close', {}, { recordingId: id, ...more })
  const untilErased = () =>
    eventually('it is erased', async () => (await custody.types(id)).includes('recording.erased'))

  test('gets the same answer under its idempotency key, also after the erasure and a kill', async () => {
    const idempotency = { client: 'crm', key: 'close', fingerprint: 'f' }
    const first = await close({ idempotency })
    assert.deepEqual([first.state, first.erased?.cause], ['Closed', 'consentWithdrawn'])
    await untilErased()
    assert.deepEqual(await close({ idempotency }), first)
    await custody.bench.crash()
    assert.deepEqual(await close({ idempotency }), first)
  })

  test('completes the erasure after a kill right behind the answer', async () => {
    await close()
    await custody.bench.crash()
    await untilErased()
    assert.equal(custody.bench.keys.keysOf(id), undefined)
    assert.equal(custody.bench.recorder.log.status, 'verified')
  })

  test('lets nobody be told that it is erased before that is on the disk', async () => {
    const { bench } = custody
    const disk = latch()
    bench.gate = () => disk.opened
    const closing = close()
    let isAnswered = false
    const erasing = custody.erase(id).finally(() => {
      isAnswered = true
    })
    await new Promise(setImmediate)
    const wasAnsweredEarly = isAnswered
    bench.gate = undefined
    disk.open()
    await closing
    assert.equal(wasAnsweredEarly, false)
    assert.equal((await erasing).erased?.cause, 'consentWithdrawn')
    assert.ok((await custody.types(id)).includes('recording.erased'))
  })

  test('on a disk that fails tells nobody that it is erased', async () => {
    const { bench } = custody
    bench.gate = () => Promise.reject(new Error('no disk'))
    const outcomes = await Promise.allSettled([close(), custody.erase(id)])
    assert.deepEqual(
      outcomes.map((one) => one.status === 'rejected' && one.reason.code),
      ['STORAGE_UNAVAILABLE', 'STORAGE_UNAVAILABLE'],
    )
    bench.gate = undefined
    await eventually('an open log', () => bench.recorder.log.status === 'verified', 5_000)
  })
})
