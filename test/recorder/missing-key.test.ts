import assert from 'node:assert/strict'
import { keyUnavailable } from '../../src/custody/key-unavailable.ts'
import { MemoryKeyRing } from '../../src/custody/memory-key-ring.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'

const MISSING = keyUnavailable('The master key is away.')

suite('a recorder without its master key', (test) => {
  test('changes nothing and refuses to record, until the key is there', async () => {
    const bench = await RecorderBench.create()
    const { keys } = bench
    const { id } = await bench.command('api', 'recording.start')
    const before = await bench.events()
    keys.problem = MISSING
    await bench.crash()
    const { recorder } = bench
    assert.equal(recorder.isRunning, true)
    assert.equal(recorder.log.position, before.length)
    // Nobody gets something else in place of what is said about persons.
    await assert.rejects(() => bench.events(), { code: 'KEY_UNAVAILABLE' })
    for (const act of [
      () => bench.command('api', 'recording.start'),
      () => bench.command('api', 'track.stop', {}, { recordingId: id }),
    ])
      await assert.rejects(act, { code: 'KEY_UNAVAILABLE' })
    const shown = await recorder.application('api')
    assert.deepEqual([shown.state, shown.storage.log], ['Error', 'readOnly'])
    assert.deepEqual(
      shown.errors.map(({ code, message }) => [code, message]),
      [['KEY_UNAVAILABLE', MISSING.message]],
    )
    const { state, tags, tagHistory, keyMissing } = await recorder.recording(id, 'api')
    assert.deepEqual([state, tags, tagHistory, keyMissing], ['WrapUp', [], [], true])
    assert.equal(recorder.log.position, before.length)

    keys.problem = undefined
    await eventually('a recorder with its key', async () => {
      // While the log is opened again, it cannot be read.
      const events = await bench.events().catch(() => [])
      const types = events.slice(before.length).map(({ type }) => type)
      return types.includes('daemon.started') && types.includes('recording.interrupted')
    })
    const readable = await recorder.recording(id, 'api')
    assert.equal(readable.tags.find(({ key }) => key === 'system.host')?.value, 'test')
    await eventually('a start', () =>
      bench.command('api', 'recording.start').catch(() => false as const),
    )
    assert.deepEqual((await recorder.application('api')).errors, [])
    await bench.dispose()
  })

  test('ends at once while it waits', async () => {
    const keys = new MemoryKeyRing()
    keys.problem = MISSING
    const bench = await RecorderBench.create({ keys })
    assert.equal(
      (await bench.recorder.readiness([])).checks.find(({ id }) => id === 'key')?.result,
      'fail',
    )
    await bench.dispose()
  })
})

suite('keys that no recording uses', (test) => {
  test('are destroyed at the next start, but never those of a recording', async () => {
    const bench = await RecorderBench.create()
    const { keys } = bench
    const { id } = await bench.command('api', 'recording.start')
    await keys.create('of-a-start-that-crashed')
    await bench.restart()
    await eventually('an unused key that is gone', () => !keys.keysOf('of-a-start-that-crashed'))
    assert.ok(keys.keysOf(id))
    await bench.dispose()
  })
})
