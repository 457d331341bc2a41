import assert from 'node:assert/strict'
import type { NewEvent } from '../../src/contract/events.ts'
import type { WitnessOpinions } from '../../src/contract/outsiders.ts'
import { daemonStarted } from '../store/support/history.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'

const WITNESS = { name: 'witness.example', vkey: 'witness.example+1+key' }
const OTHER = { name: 'other.example', vkey: 'other.example+2+key' }

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

  const observe = (opinions: Partial<WitnessOpinions>): void =>
    bench.recorder.contradictions.observe({ contradicting: [], confirming: [], ...opinions })
  /** Resolves when all that was observed before is in the log. */
  const observed = () => bench.command('api', 'recording.start').then(() => warnings())

  async function contradict(): Promise<void> {
    observe({ contradicting: [WITNESS] })
    await eventually('it is shown', isShown)
  }

  test('is an error until it takes that back, also over a stop and a crash', async () => {
    await contradict()
    for (const again of ['restart', 'crash'] as const) {
      await bench[again]()
      assert.equal(bench.recorder.log.contradiction === null, false, again)
      // The witness cannot be reached: nobody has been asked yet.
      observe({})
      await eventually(`it is shown after a ${again}`, isShown)
      const [error] = await errors()
      assert.match(error?.message ?? '', /^An outside witness contradicted the log on 20.*back\.$/)
    }
    observe({ confirming: [WITNESS.vkey] })
    await eventually('it has taken that back', async () => !(await isShown()))
    assert.deepEqual(await warnings(), [
      ...Array.from({ length: 3 }, () => 'warning.raised LOG_CONTRADICTED'),
      'warning.cleared LOG_CONTRADICTED',
    ])
    await bench.restart()
    observe({})
    await bench.command('api', 'recording.start')
    assert.equal(await isShown(), false)
  })

  test('that is asked first after a restart takes it back without another alarm', async () => {
    await contradict()
    await bench.restart()
    observe({ confirming: [WITNESS.vkey] })
    await eventually('it is noted', () => bench.recorder.log.contradiction === null)
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
    observe({ contradicting: [OTHER] })
    assert.equal((await bench.command('api', 'recording.close')).state, 'Closed')
    assert.equal(await isShown(), true)
    await bench.crash()
    observe({})
    await eventually('it is shown', isShown)
    const types = (await bench.events()).map(({ type }) => type)
    assert.ok(types.includes('recording.closed') && types.includes('recording.tagged'))
  })

  test('is shown again after a kill in the middle of a recording, which is wrapped up', async () => {
    const { id } = await bench.command('api', 'recording.start')
    await contradict()
    await bench.crash()
    observe({})
    await eventually('it is shown', isShown)
    assert.equal((await bench.recorder.recording(id, 'api')).state, 'WrapUp')
  })

  test('is not taken back by its removal from config.json, nor by another witness', async () => {
    await contradict()
    observe({})
    observe({ confirming: [OTHER.vkey] })
    assert.deepEqual(await observed(), ['warning.raised LOG_CONTRADICTED'])
    await bench.restart()
    observe({ confirming: [OTHER.vkey] })
    await eventually('it is shown again', isShown)
    assert.deepEqual(bench.recorder.log.contradiction?.witnesses, [WITNESS.vkey])
  })

  test('is over when all who contradicted have taken it back', async () => {
    await contradict()
    observe({ contradicting: [WITNESS, OTHER] })
    await eventually(
      'the second is noted',
      () => bench.recorder.log.contradiction?.witnesses.includes(OTHER.vkey) === true,
    )
    observe({ confirming: [OTHER.vkey] })
    const raised = ['warning.raised LOG_CONTRADICTED', 'warning.raised LOG_CONTRADICTED']
    assert.deepEqual(await observed(), raised)
    observe({ confirming: [OTHER.vkey, WITNESS.vkey] })
    await eventually('it is over', async () => !(await isShown()))
  })

  test('is over when a person accepts it, which is an event, until it contradicts again', async () => {
    bench.recorder.contradictions.accept()
    await contradict()
    await bench.restart()
    bench.recorder.contradictions.accept()
    observe({})
    await eventually('it is noted', () => bench.recorder.log.contradiction === null)
    const accepted = (await bench.events()).filter(({ type }) => type === 'warning.cleared')
    assert.deepEqual(
      accepted.map(({ data }) => data),
      [{ code: 'LOG_CONTRADICTED', accepted: true }],
    )
    await bench.restart()
    observe({})
    await observed()
    assert.equal(await isShown(), false)
    await contradict()
  })

  test('of an earlier version, without a key, is over only when a person accepts it', async () => {
    const data = { code: 'LOG_CONTRADICTED', detail: 'A witness knows another.' } as const
    const raised = { ...daemonStarted(), type: 'warning.raised', data } as NewEvent
    await bench.recorder.log.append({ events: [raised] }).committed
    observe({ confirming: [WITNESS.vkey] })
    await eventually('it is shown', isShown)
    bench.recorder.contradictions.accept()
    await eventually('it is over', async () => !(await isShown()))
  })
})
