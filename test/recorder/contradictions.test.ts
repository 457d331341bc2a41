import assert from 'node:assert/strict'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'

suite('an outsider that contradicts the log', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  const errors = async () => (await bench.recorder.application('api')).errors
  const isShown = async () => (await errors()).some(({ code }) => code === 'LOG_CONTRADICTED')
  const warnings = async () =>
    (await bench.events())
      .filter(({ type }) => type.startsWith('warning.'))
      .map(({ type, data }) => `${type} ${(data as { code?: string }).code}`)

  async function contradict(): Promise<void> {
    bench.recorder.contradictions.observe(['witness.example'], true)
    await eventually('it is shown', isShown)
  }

  test('is an error until it takes that back, also over a stop and a crash', async () => {
    await contradict()
    for (const again of ['restart', 'crash'] as const) {
      await bench[again]()
      assert.equal(bench.recorder.log.contradictedSince === null, false, again)
      // The witness cannot be reached: nobody has been asked yet.
      bench.recorder.contradictions.observe([], false)
      await eventually(`it is shown after a ${again}`, isShown)
      const [error] = await errors()
      assert.match(error?.message ?? '', /^An outside witness contradicted the log on 20.*back\.$/)
    }
    bench.recorder.contradictions.observe([], true)
    await eventually('it has taken that back', async () => !(await isShown()))
    assert.deepEqual(await warnings(), [
      ...Array.from({ length: 3 }, () => 'warning.raised LOG_CONTRADICTED'),
      'warning.cleared LOG_CONTRADICTED',
    ])
    await bench.restart()
    bench.recorder.contradictions.observe([], false)
    await bench.command('api', 'recording.start')
    assert.equal(await isShown(), false)
  })

  test('that is asked first after a restart takes it back without another alarm', async () => {
    await contradict()
    await bench.restart()
    bench.recorder.contradictions.observe([], true)
    await eventually('it is noted', () => bench.recorder.log.contradictedSince === null)
    assert.deepEqual(await warnings(), [
      'warning.raised LOG_CONTRADICTED',
      'warning.cleared LOG_CONTRADICTED',
    ])
  })

  test('ends no recording, and waits for nobody: start, pause, wrap-up and close go on', async () => {
    await bench.command('api', 'recording.start')
    const tag = bench.command('api', 'recording.tag', { tags: { customer: '4711' } })
    await contradict()
    assert.equal((await tag).state, 'Active')
    await bench.command('api', 'track.pause')
    await bench.command('api', 'track.resume')
    assert.equal((await bench.command('api', 'track.stop')).state, 'WrapUp')
    bench.recorder.contradictions.observe(['other.example'], true)
    assert.equal((await bench.command('api', 'recording.close')).state, 'Closed')
    assert.equal(await isShown(), true)
    await bench.crash()
    bench.recorder.contradictions.observe([], false)
    await eventually('it is shown', isShown)
    const types = (await bench.events()).map(({ type }) => type)
    assert.ok(types.includes('recording.closed') && types.includes('recording.tagged'))
  })

  test('is shown again after a kill in the middle of a recording, which is wrapped up', async () => {
    const { id } = await bench.command('api', 'recording.start')
    await contradict()
    await bench.crash()
    bench.recorder.contradictions.observe([], false)
    await eventually('it is shown', isShown)
    assert.equal((await bench.recorder.recording(id, 'api')).state, 'WrapUp')
  })
})
