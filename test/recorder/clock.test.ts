import assert from 'node:assert/strict'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'

suite('the machine’s clocks', (test) => {
  let bench: RecorderBench
  const told = async () =>
    (await bench.events())
      .filter(({ type }) => /^(clock|machine|warning)\./.test(type))
      .map(({ type }) => type)
  const errors = async () =>
    (await bench.recorder.application('api')).errors.map(({ code }) => code)

  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  test('a clock that is set during a recording is an event and a warning, and taken over after it', async () => {
    await bench.command('api', 'recording.start')
    bench.clock.jump({ type: 'stepped', byMs: -3_600_000 })
    await eventually('it is told', async () => (await told()).length === 2)
    assert.deepEqual(await errors(), ['CLOCK_STEPPED'])
    assert.equal(bench.platform.capturing, 3, 'everything goes on')
    assert.equal(bench.clock.wallAheadMs, -3_600_000)
    await bench.command('api', 'track.stop')
    assert.equal(bench.clock.wallAheadMs, -3_600_000, 'its wrap-up still counts on it')
    await bench.command('api', 'recording.close')
    await eventually('it is over', async () => (await errors()).length === 0)
    assert.equal(bench.clock.wallAheadMs, 0)
    assert.deepEqual(await told(), ['clock.stepped', 'warning.raised', 'warning.cleared'])
  })

  test('a small step is an event and no alarm', async () => {
    await bench.command('api', 'recording.start')
    bench.clock.jump({ type: 'stepped', byMs: 300 })
    await eventually('it is told', async () => (await told()).includes('clock.stepped'))
    assert.deepEqual(await errors(), [])
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    assert.equal(bench.clock.wallAheadMs, 0)
  })

  test('steps that are smaller still are told together', async () => {
    await bench.command('api', 'recording.start')
    for (let i = 0; i < 16; i++) bench.clock.jump({ type: 'stepped', byMs: i % 5 === 4 ? -35 : 40 })
    await bench.command('api', 'track.stop')
    const steps = (await bench.events()).filter(({ type }) => type === 'clock.stepped')
    assert.deepEqual(
      steps.map(({ data }) => data),
      [{ byMs: 285 }],
    )
  })

  test('a new recording begins at the true time while another is in wrap-up', async () => {
    await bench.command('api', 'recording.start')
    bench.clock.jump({ type: 'stepped', byMs: 86_400_000 })
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.start')
    assert.equal(bench.clock.wallAheadMs, 0)
    await eventually('it is over', async () => (await errors()).length === 0)
  })

  test('a clock that was set back is not adopted while another recording is in wrap-up', async () => {
    await bench.command('api', 'recording.start')
    bench.clock.jump({ type: 'stepped', byMs: -86_400_000 })
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.start')
    assert.equal(bench.clock.wallAheadMs, -86_400_000, 'its wrap-up would last a day more')
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    assert.equal(bench.clock.wallAheadMs, 0)
  })

  test('with nothing recorded the new time holds at once', async () => {
    bench.clock.jump({ type: 'stepped', byMs: 7_200_000 })
    assert.equal(bench.clock.wallAheadMs, 0)
    await eventually('it is told', async () => (await told()).includes('clock.stepped'))
    assert.deepEqual(await errors(), [])
  })

  test('a sleep is an event', async () => {
    const to = Date.now()
    bench.clock.jump({ type: 'slept', from: to - 60_000, to })
    await eventually('it is told', async () => (await told()).includes('machine.slept'))
    const event = (await bench.events()).find(({ type }) => type === 'machine.slept')
    assert.deepEqual(event?.data, {
      from: new Date(to - 60_000).toISOString(),
      to: new Date(to).toISOString(),
    })
    assert.deepEqual(event?.by, { side: 'system', client: 'recorder', user: 'tester' })
  })
})
