import assert from 'node:assert/strict'
import type { Medium } from '../../src/contract/media.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'

suite('warnings', (test) => {
  let bench: RecorderBench
  const errors = async () =>
    (await bench.recorder.application('api')).errors.map(({ code, medium }) => [code, medium])
  const warnings = async (medium: Medium) =>
    (await bench.recorder.recording('current', 'api')).tracks[medium]?.warnings.map(
      ({ code }) => code,
    )
  const isWarned = (medium: Medium, code: string) => async () =>
    (await warnings(medium))?.includes(code as never) === true

  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  test('a warning is an event, shown at its track and as an error of the application, until it is over', async () => {
    await bench.command('api', 'recording.start')
    bench.platform.warn('mic', 'SOURCE_MUTED', true)
    await eventually('the warning is shown', isWarned('mic', 'SOURCE_MUTED'))
    assert.deepEqual(await errors(), [['SOURCE_MUTED', 'mic']])
    assert.equal((await bench.recorder.application('api')).state, 'Error')
    assert.deepEqual(await warnings('speaker'), [])
    bench.platform.warn('mic', 'SOURCE_MUTED', false)
    await eventually('it is over', async () => (await warnings('mic'))?.length === 0)
    assert.deepEqual(await errors(), [])
    assert.equal((await bench.recorder.application('api')).state, 'Recording')
    const types = (await bench.events())
      .map(({ type }) => type)
      .filter((type) => type.startsWith('warning.'))
    assert.deepEqual(types, ['warning.raised', 'warning.cleared'])
  })

  test('a warning about what is captured ends with its capture', async () => {
    await bench.command('api', 'recording.start')
    bench.platform.warn('mic', 'SOURCE_SILENT', true)
    bench.platform.warn('screen', 'SCREEN_BLACK', true)
    await eventually('both are shown', async () => (await errors()).length === 2)
    await bench.command('api', 'track.pause', { media: ['mic'] })
    assert.deepEqual(await warnings('mic'), [])
    assert.deepEqual(await errors(), [['SCREEN_BLACK', 'screen']])
    await bench.command('api', 'track.stop')
    assert.deepEqual(await errors(), [])
  })

  test('a pause that lasts longer than it was to is said loudly, once, and does not end', async () => {
    await bench.command('api', 'recording.start')
    await bench.command('api', 'track.pause', { media: ['mic', 'screen'], maxPauseSeconds: 1 })
    assert.deepEqual(await errors(), [])
    await eventually('both are warned of', async () => (await errors()).length === 2)
    assert.deepEqual(await errors(), [
      ['PAUSE_OVERDUE', 'mic'],
      ['PAUSE_OVERDUE', 'screen'],
    ])
    const { state, tracks } = await bench.recorder.recording('current', 'api')
    assert.equal(state, 'Active', 'the speaker goes on')
    assert.equal(tracks.mic?.state, 'paused')
    assert.equal(bench.platform.capturing, 1, 'nothing resumes by itself')
    const raised = (await bench.events()).filter(({ type }) => type === 'warning.raised')
    assert.equal(raised.length, 2)
    await bench.command('api', 'track.resume', { media: ['mic'] })
    assert.deepEqual(await errors(), [['PAUSE_OVERDUE', 'screen']])
    await bench.command('api', 'track.stop', { media: ['screen'] })
    assert.deepEqual(await errors(), [])
  })

  test('a pause that ends in time is no matter, nor is one without a limit, nor one of a recording that is over', async () => {
    await bench.command('api', 'recording.start')
    await bench.command('api', 'track.pause', { media: ['mic'], maxPauseSeconds: 1 })
    await bench.command('api', 'track.resume', { media: ['mic'] })
    await bench.command('api', 'track.pause', { media: ['speaker'], maxPauseSeconds: 1 })
    await bench.command('api', 'track.stop', { media: ['speaker'] })
    await bench.command('api', 'track.pause', { media: ['mic'] })
    // A pause with a limit that began last is warned of last: by then the others would have been.
    await bench.command('api', 'track.pause', { media: ['screen'], maxPauseSeconds: 1 })
    await eventually('the last one is overdue', async () => (await errors()).length > 0)
    assert.deepEqual(await errors(), [['PAUSE_OVERDUE', 'screen']])
  })

  test('the limit of a pause outlives the recorder only as a fact: a paused recording is wrapped up', async () => {
    await bench.command('api', 'recording.start')
    await bench.command('api', 'track.pause', { maxPauseSeconds: 1 })
    await bench.crash()
    assert.equal((await bench.recorder.recording('current', 'api')).state, 'WrapUp')
    assert.deepEqual(await errors(), [])
  })
})
