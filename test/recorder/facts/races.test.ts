import assert from 'node:assert/strict'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { NewEvent } from '../../../src/contract/events.ts'
import type { Medium } from '../../../src/contract/media.ts'
import { latch } from '../../support/latch.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const code = (expected: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, expected)
  return true
}

suite('races', (test) => {
  let bench: RecorderBench
  const track = (medium: Medium) => bench.recorder.log.openRecordings().at(-1)?.tracks[medium]
  const flows = (medium: Medium) =>
    eventually(`${medium} flows`, () => track(medium)?.state === 'recording')
  const has = (type: string) => async () =>
    (await bench.events()).some((event) => event.type === type)

  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  for (const command of ['track.pause', 'track.stop'] as const) {
    test(`a start that fails after a ${command} of one of its media ends the others and answers`, async () => {
      bench.platform.behaviour.screen = 'hang'
      const start = bench.command('api', 'recording.start')
      start.catch(() => {})
      await flows('mic')
      await flows('speaker')
      await bench.command('api', command, { media: ['mic'] })
      bench.platform.fail('screen')
      await assert.rejects(start, code('CAPTURE_FAILED'))
      assert.equal(bench.platform.capturing, 0)
      assert.equal(track('mic')?.segments, 1, 'what was acknowledged stays')
      if (command === 'track.pause') await bench.command('api', 'track.stop')
      assert.equal((await bench.command('api', 'recording.close')).state, 'Closed')
    })
  }

  test('media that an acknowledged resume started are not removed by the start that fails', async () => {
    bench.platform.behaviour.screen = 'hang'
    const start = bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    start.catch(() => {})
    await flows('mic')
    await bench.command('api', 'track.pause', { media: ['mic'] })
    await bench.command('api', 'track.resume', { media: ['mic'] })
    bench.platform.fail('screen')
    await assert.rejects(start, code('CAPTURE_FAILED'))
    assert.equal(track('mic')?.segments, 2)
    assert.ok(!(await has('segment.discarded')()))
  })

  test('a start whose medium died and recovered is rolled back at once when another fails, files and all', async () => {
    bench.platform.behaviour.screen = 'hang'
    const start = bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    start.catch(() => {})
    await flows('mic')
    const id = bench.recorder.log.openRecordings()[0]?.id ?? ''
    const folder = join(bench.folder, 'recordings', id)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'mic-1.ogg'), 'media')
    bench.platform.kill('mic')
    await eventually('the track has recovered', has('track.recovered'))
    bench.platform.fail('screen')
    await assert.rejects(start, code('CAPTURE_FAILED'))
    await eventually('the folder is gone', () =>
      stat(folder).then(
        () => false,
        () => true,
      ),
    )
    await assert.rejects(bench.recorder.recording(id, 'api'), code('RECORDING_NOT_FOUND'))
  })

  test('a pause that arrives before the start is durable leaves no segment', async () => {
    const disk = latch()
    let isAppending = false
    bench.gate = () => {
      isAppending = true
      return disk.opened
    }
    const start = bench.command('api', 'recording.start', { media: ['mic'] })
    start.catch(() => {})
    await eventually('the start is being appended', () => isAppending)
    const pause = bench.command('api', 'track.pause')
    disk.open()
    assert.equal((await pause).state, 'Paused')
    await assert.rejects(start, code('INTERRUPTED'))
    assert.equal(track('mic')?.segments, 0)
    assert.ok(!(await has('segment.opened')()))
  })

  test('a pause that arrives before the start of a further medium is on disk holds for that too', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const disk = latch()
    bench.gate = () => disk.opened
    const start = bench.command('api', 'track.start', { media: ['screen'], devices: {} })
    start.catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    const pause = bench.command('api', 'track.pause')
    disk.open()
    assert.equal((await pause).tracks.screen?.state, 'paused')
    assert.equal(track('screen')?.segments, 0)
  })

  test('a tag by id while its recording is being closed is refused and harms nobody', async () => {
    const { id } = await bench.command('api', 'recording.start', { media: ['mic'] })
    await bench.command('api', 'track.stop')
    const close = bench.command('api', 'recording.close')
    const tag = bench.command('api', 'recording.tag', { tags: { a: 1 } }, { recordingId: id })
    await assert.rejects(tag, code('RECORDING_CLOSED'))
    assert.equal((await close).state, 'Closed')
    assert.equal(
      (await bench.command('api', 'recording.start', { media: ['mic'] })).state,
      'Active',
    )
  })

  test('two closes, and the timer’s, are all answered', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'], wrapUpSeconds: 0 })
    const release = bench.platform.holdEnds()
    const stop = bench.command('api', 'track.stop')
    await eventually('the timer closes', async () =>
      (await bench.events()).some(
        (event) => event.type === 'command.accepted' && event.data.command === 'recording.close',
      ),
    )
    const closes = [
      bench.command('api', 'recording.close'),
      bench.command('api', 'recording.close'),
    ]
    release()
    await stop
    for (const close of await Promise.all(closes)) assert.equal(close.state, 'Closed')
    assert.equal((await bench.events()).filter(({ type }) => type === 'recording.closed').length, 1)
  })

  test('pause and stop of an old recording that finish after the next start leave the new one alone', async () => {
    await bench.command('api', 'recording.start')
    const release = bench.platform.holdEnds()
    const pause = bench.command('api', 'track.pause')
    const stop = bench.command('api', 'track.stop')
    await eventually('wrap-up', () => bench.recorder.log.openRecordings()[0]?.state === 'WrapUp')
    const next = await bench.command('api', 'recording.start', { media: ['mic'] })
    release()
    await Promise.all([pause, stop])
    await eventually(
      'the old one is closed',
      () => bench.recorder.log.openRecordings().length === 1,
    )
    assert.equal(bench.recorder.log.openRecordings()[0]?.id, next.id)
    assert.equal(bench.platform.capturing, 1)
  })

  test('a log that fails more than once is reopened by one, and recording goes on after it', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    let failures = 2
    bench.gate = (events: readonly NewEvent[]) =>
      events.length > 0 && failures-- > 0
        ? Promise.reject(new RecorderError('STORAGE_FULL', 'Full, on purpose.'))
        : undefined
    await assert.rejects(
      bench.command('api', 'recording.tag', { tags: { a: 1 } }),
      code('STORAGE_FULL'),
    )
    assert.equal(bench.platform.capturing, 0)
    const application = await bench.recorder.application('api')
    assert.equal(application.state, 'Error')
    assert.deepEqual(application.allowedCommands, [])
    assert.equal(application.recording?.state, 'WrapUp')
    await eventually('the log is open again', () => has('log.reopened')().catch(() => false), 8_000)
    assert.equal((await bench.events()).filter(({ type }) => type === 'log.reopened').length, 1)
    assert.equal(
      (await bench.command('api', 'recording.start', { media: ['mic'] })).state,
      'Active',
    )
  })

  test('a start that still looks for its device when the recorder stops captures nothing', async () => {
    const looking = latch()
    const found = latch()
    const resolve = bench.platform.resolve.bind(bench.platform)
    bench.platform.resolve = async (medium, id) => {
      looking.open()
      await found.opened
      return resolve(medium, id)
    }
    const start = bench.command('api', 'recording.start', { media: ['mic'] })
    start.catch(() => {})
    await looking.opened
    const closing = bench.recorder.close()
    found.open()
    await closing
    await assert.rejects(start)
    assert.equal(bench.platform.capturing, 0)
  })

  test('a reader of events that throws harms nobody', async () => {
    bench.recorder.bus.on('events', () => {
      throw new TypeError('a broken reader')
    })
    assert.equal(
      (await bench.command('api', 'recording.start', { media: ['mic'] })).state,
      'Active',
    )
  })
})
