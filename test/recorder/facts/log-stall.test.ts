import assert from 'node:assert/strict'
import { holdThread } from '../../support/hold-thread.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const STALL_MS = 300

suite('a write of the log that takes long', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create({ stallMs: STALL_MS })
    await bench.command('api', 'recording.start', { media: ['mic'] })
  })
  test.afterEach(() => bench.dispose())

  // While the log is reopened it cannot be read.
  const types = async (): Promise<string[]> =>
    (await bench.events().catch(() => [])).map(({ type }) => type)

  test('because the event loop was busy does not end the recording', async () => {
    for (let times = 0; times < 2; times++) {
      const tag = bench.command('api', 'recording.tag', { tags: { times } })
      // The write begins in this turn of the loop, and its end waits for the loop.
      await new Promise(setImmediate)
      holdThread(4 * STALL_MS)
      assert.equal((await tag).state, 'Active')
    }
    assert.deepEqual(bench.platform.capturedMedia, ['mic'])
    assert.ok(!(await types()).includes('log.reopened'))
  })

  test('because the disk hangs ends the recording, also while the event loop is busy', async () => {
    bench.gate = () => new Promise(() => {})
    const begun = performance.now()
    const tag = bench.command('api', 'recording.tag', { tags: { a: 1 } })
    let isAnswered = false
    const answered = assert.rejects(tag, { code: 'STORAGE_UNAVAILABLE' }).finally(() => {
      isAnswered = true
    })
    while (!isAnswered) {
      holdThread(STALL_MS / 20)
      await new Promise(setImmediate)
    }
    await answered
    assert.ok(performance.now() - begun >= STALL_MS * 0.9)
    assert.equal(bench.platform.capturing, 0)
    bench.gate = undefined
    await eventually('the log is open again', async () => (await types()).includes('log.reopened'))
  })
})
