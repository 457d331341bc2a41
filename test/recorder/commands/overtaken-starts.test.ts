import assert from 'node:assert/strict'
import { MEDIA, type Medium } from '../../../src/contract/media.ts'
import { type Latch, latch } from '../../support/latch.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

suite('a start that still looks for its devices', (test) => {
  let bench: RecorderBench
  let looking: Latch
  let found: Latch
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  /** From now on every search for a device of these media waits until `found`. */
  function holdDevices(held: readonly Medium[] = MEDIA): void {
    looking = latch()
    found = latch()
    const resolve = bench.platform.resolve.bind(bench.platform)
    bench.platform.resolve = async (medium, id) => {
      if (held.includes(medium)) {
        looking.open()
        await found.opened
      }
      return resolve(medium, id)
    }
  }

  const screen: { media: Medium[]; devices: object } = { media: ['screen'], devices: {} }
  const types = async (): Promise<string[]> => (await bench.events()).map(({ type }) => type)

  for (const name of ['track.stop', 'track.pause'] as const) {
    test(`is overtaken by a ${name}, though there is no recording yet to answer with`, async () => {
      holdDevices()
      const start = bench.command('api', 'recording.start', { media: ['mic'] })
      const interrupted = assert.rejects(start, { code: 'INTERRUPTED' })
      await looking.opened
      await assert.rejects(bench.command('api', name), { code: 'NO_CURRENT_RECORDING' })
      await interrupted
      found.open()
      await bench.restart()
      assert.ok(!(await types()).some((type) => type.startsWith('track.')))
      const failed = (await bench.events()).find((event) => event.type === 'command.failed')
      assert.deepEqual(
        [failed?.data.command, failed?.data.code],
        ['recording.start', 'INTERRUPTED'],
      )
    })

    test(`of a further medium is overtaken by a ${name} of all`, async () => {
      await bench.command('api', 'recording.start', { media: ['mic'] })
      holdDevices()
      const start = bench.command('api', 'track.start', screen)
      const interrupted = assert.rejects(start, { code: 'INTERRUPTED' })
      await looking.opened
      const answer = await bench.command('api', name)
      assert.equal(answer.state, name === 'track.stop' ? 'WrapUp' : 'Paused')
      await interrupted
      found.open()
      assert.deepEqual(bench.platform.capturedMedia, [])
      assert.equal(answer.tracks.screen?.state, 'off')
    })

    test(`of a further medium is overtaken by a ${name} that names it; other media go on`, async () => {
      await bench.command('api', 'recording.start', { media: ['mic'] })
      holdDevices()
      const start = bench.command('api', 'track.start', screen)
      const interrupted = assert.rejects(start, { code: 'INTERRUPTED' })
      await looking.opened
      assert.equal((await bench.command('api', name, { media: ['screen'] })).state, 'Active')
      await interrupted
      found.open()
      assert.deepEqual(bench.platform.capturedMedia, ['mic'])
    })
  }

  test('goes on after a pause of another medium', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    holdDevices()
    const start = bench.command('api', 'track.start', screen)
    await looking.opened
    await bench.command('api', 'track.pause', { media: ['mic'] })
    found.open()
    assert.equal((await start).tracks.screen?.state, 'recording')
    assert.deepEqual(bench.platform.capturedMedia, ['screen'])
  })

  test('is not ended by a pause of the other side, which learns who has control', async () => {
    holdDevices()
    const start = bench.command('api', 'recording.start', { media: ['mic'] })
    await looking.opened
    await assert.rejects(bench.command('ui', 'track.stop'), (error) => {
      const { code, members } = error as { code: string; members: { holder: { client: string } } }
      assert.deepEqual([code, members.holder.client], ['CONTROL_HELD_BY_API', 'crm'])
      return true
    })
    found.open()
    assert.equal((await start).state, 'Active')
  })

  test('is refused when the other side has begun a recording meanwhile', async () => {
    holdDevices(['mic'])
    const start = bench.command('api', 'recording.start', { media: ['mic'] })
    const refused = assert.rejects(start, { code: 'CONTROL_HELD_BY_UI' })
    await looking.opened
    const other = await bench.command('ui', 'recording.start', { media: ['screen'] })
    found.open()
    await refused
    assert.equal(other.controller, 'ui')
    assert.deepEqual(bench.platform.capturedMedia, ['screen'])
  })

  test('goes on when the stop was meant for another version', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    holdDevices()
    const start = bench.command('api', 'track.start', screen)
    await looking.opened
    const stale = bench.command('api', 'track.stop', {}, { expectedVersion: 1 })
    await assert.rejects(stale, { code: 'VERSION_MISMATCH' })
    found.open()
    assert.equal((await start).tracks.screen?.state, 'recording')
  })

  test('that arrives after the pause is not affected by it', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    holdDevices()
    const pause = bench.command('api', 'track.pause')
    const start = bench.command('api', 'track.start', screen)
    found.open()
    await pause
    assert.equal((await start).tracks.screen?.state, 'recording')
    assert.deepEqual(bench.platform.capturedMedia, ['screen'])
  })

  test('captures nothing when the log fails and is opened again meanwhile', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    holdDevices()
    const start = bench.command('api', 'track.start', screen)
    const failed = assert.rejects(start, { code: 'STORAGE_UNAVAILABLE' })
    await looking.opened
    bench.gate = (): Promise<void> => {
      bench.gate = undefined
      return Promise.reject(new Error('Broken, on purpose.'))
    }
    await assert.rejects(bench.command('api', 'recording.tag', { tags: { a: 1 } }))
    await failed
    await eventually('the log is open again', async () =>
      (await types().catch((): string[] => [])).includes('log.reopened'),
    )
    found.open()
    await new Promise(setImmediate)
    assert.equal(bench.platform.capturing, 0)
  })

  test('does not move to the next recording when its own has ended', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'], maxDurationSeconds: 3600 })
    holdDevices()
    const start = bench.command('api', 'track.start', screen)
    const refused = assert.rejects(start, { code: 'INTERRUPTED' })
    await looking.opened
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    found.open()
    await refused
    const next = await bench.command('api', 'recording.start', { media: ['mic'] })
    assert.equal(next.tracks.screen?.state, 'off')
  })
})
