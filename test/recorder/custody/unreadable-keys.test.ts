import assert from 'node:assert/strict'
import { DamagedKeyError } from '../../../src/custody/key-unavailable.ts'
import { latch } from '../../support/latch.ts'
import { eventually, suite } from '../../support/suite.ts'
import { ADMIN, CustodyBench } from './support/custody-bench.ts'

suite('a closed recording whose key cannot be read', (test) => {
  let custody: CustodyBench
  let id: string
  let mendKey = (): void => {}
  test.beforeEach(async () => {
    custody = await CustodyBench.create()
    id = await custody.closed()
    await custody.bench.command('api', 'recording.start')
  })
  test.afterEach(async () => {
    mendKey()
    await custody.bench.dispose()
  })

  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'done',
      ({ code }) => code,
    )
  const tag = () =>
    codeOf(custody.bench.command('api', 'recording.tag', { tags: { a: 1 } }, { recordingId: id }))
  const consent = { state: 'withdrawn', method: 'spoken', note: 'By telephone.' } as const
  const withdraw = () =>
    codeOf(custody.bench.command('api', 'recording.consent', consent, { recordingId: id }))

  /** Another recording goes on. */
  async function assertGoesOn(): Promise<void> {
    const { bench } = custody
    assert.equal(bench.platform.capturing, 3)
    const { state, errors } = await bench.recorder.application('api')
    assert.deepEqual([state, errors], ['Recording', []])
    await bench.command('api', 'track.pause')
  }

  /** The keys of it cannot be read any more. */
  function breakKey(error?: Error): void {
    const { keys } = custody.bench
    const { keysOf } = keys
    keys.keysOf = (of) => {
      if (of !== id) return keysOf.call(keys, of)
      if (error) throw error
      return undefined
    }
    mendKey = () => {
      keys.keysOf = keysOf
    }
  }

  test('because its file is damaged: commands on it are refused, and what is recorded goes on', async () => {
    breakKey(new DamagedKeyError('keys/r1.key.json'))
    assert.equal(await tag(), 'RECORDING_CLOSED')
    assert.equal(await withdraw(), 'KEY_UNAVAILABLE')
    const refused = (await custody.bench.events()).filter(({ type }) => type === 'command.refused')
    assert.deepEqual(
      refused.map(({ recordingId }) => recordingId),
      [id],
    )
    await assertGoesOn()
  })

  test('because its file is missing: consent cannot be kept, and what is recorded goes on', async () => {
    breakKey()
    assert.equal(await withdraw(), 'KEY_UNAVAILABLE')
    assert.equal(await tag(), 'RECORDING_CLOSED')
    await assertGoesOn()
  })

  test('because its file is damaged: a hold with an idempotency key is placed once, and kept', async () => {
    breakKey(new DamagedKeyError('keys/r1.key.json'))
    const idempotency = { client: 'officer', key: 'once', fingerprint: 'f' }
    const how = { recordingId: id, by: ADMIN, idempotency }
    const hold = () => custody.bench.command('api', 'recording.hold', { reason: 'A court.' }, how)
    const placed = await hold()
    assert.equal(placed.holds.length, 1)
    assert.deepEqual(await hold(), placed)
    mendKey()
    assert.deepEqual((await hold()).holds, placed.holds)
    await assertGoesOn()
  })

  test('because it is being destroyed: commands on it are refused, and what is recorded goes on', async () => {
    const { keys } = custody.bench
    const destroying = latch()
    let hasBegun = false
    const { destroy } = keys
    keys.destroy = async (of) => {
      hasBegun = true
      breakKey(new DamagedKeyError('keys/r1.key.json'))
      await destroying.opened
      return destroy.call(keys, of)
    }
    const erased = custody.erase(id)
    await eventually('its key is being destroyed', () => hasBegun)
    assert.deepEqual([await tag(), await withdraw()], ['RECORDING_CLOSED', 'ERASED'])
    await assertGoesOn()
    destroying.open()
    assert.ok((await erased).erased)
  })
})
