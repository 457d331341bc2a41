import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { slowness } from '../../support/machine.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

/** The loop may be late by this much while tags flood in, on an idle machine. */
const LOOP_DELAY_MS = 250

const isTagLimit = (error: unknown): boolean => (error as { code?: string }).code === 'TAG_LIMIT'

suite('the limits of tags', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
    await bench.command('api', 'recording.start', { media: ['mic'] })
  })
  test.afterEach(() => bench.dispose())

  const tag = (tags: Record<string, string | number>) =>
    bench.command('api', 'recording.tag', { tags })

  test('1,000 keys are possible; a further one is refused, changes nothing, and is in the log', async () => {
    const { tags } = await bench.recorder.recording('current', 'api')
    for (let i = tags.length; i < 1_000; i += 50) {
      const count = Math.min(50, 1_000 - i)
      await tag(Object.fromEntries(Array.from({ length: count }, (_, j) => [`k${i + j}`, j])))
    }
    const before = await bench.recorder.recording('current', 'api')
    assert.equal(before.tags.length, 1_000)
    await assert.rejects(tag({ k999: 1, surplus: 1 }), isTagLimit)
    const after = await bench.recorder.recording('current', 'api')
    assert.deepEqual(after.tags, before.tags)
    assert.equal(after.version, before.version)
    const refusals = (await bench.events()).filter(({ type }) => type === 'command.refused')
    assert.equal(refusals.length, 1)
    assert.equal((await tag({ k999: 'again' })).tags.length, 1_000)
  })

  test('a flood of large tags ends in refusals, and delays nobody', async () => {
    const value = 'x'.repeat(4_000)
    const large = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`k${i}`, value]))
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const answers = await Promise.allSettled(Array.from({ length: 230 }, () => tag(large)))
    delay.disable()
    const done = answers.filter(({ status }) => status === 'fulfilled').length
    assert.ok(done >= 15 && done <= 18, `${done} were accepted`)
    const slowest = delay.max / 1e6
    const limit = LOOP_DELAY_MS * slowness(5_000)
    assert.ok(slowest < limit, `the loop was late by ${slowest} ms, limit ${limit} ms`)
    assert.equal((await bench.command('api', 'track.stop')).state, 'WrapUp')
  })
})
