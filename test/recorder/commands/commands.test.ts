import assert from 'node:assert/strict'
import type { RecorderError } from '../../../src/contract/errors.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const refused = (code: string) => (error: unknown) => {
  assert.equal((error as { code?: string }).code, code)
  return true
}

suite('commands', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  test('a session from start to close leaves every step in the log, in order', async () => {
    const started = await bench.command('api', 'recording.start', { tags: { customer: 'C-1' } })
    assert.equal(started.state, 'Active')
    assert.equal(started.tracks.mic?.state, 'recording')
    assert.equal((await bench.command('api', 'track.pause')).state, 'Paused')
    assert.equal((await bench.command('api', 'track.resume')).state, 'Active')
    const stopped = await bench.command('api', 'track.stop')
    assert.equal(stopped.state, 'WrapUp')
    await bench.command('api', 'recording.tag', { tags: { outcome: 'sold' } })
    const closed = await bench.command('api', 'recording.close')
    assert.equal(closed.state, 'Closed')
    assert.deepEqual(closed.allowedCommands, ['start', 'consent'])
    const events = await bench.events()
    assert.deepEqual(
      events.map((event) => event.position),
      events.map((_, index) => index + 1),
    )
    const own = events.filter((event) => event.recordingId === started.id)
    assert.deepEqual(
      own.map((event) => event.version),
      own.map((_, index) => index + 1),
    )
    const kinds = own.map((event) => event.type).filter((type) => type.startsWith('recording.'))
    assert.deepEqual(kinds, [
      'recording.starting',
      'recording.tagged',
      'recording.tagged',
      'recording.started',
      'recording.paused',
      'recording.resumed',
      'recording.wrapUpStarted',
      'recording.tagged',
      'recording.closed',
    ])
    assert.equal(closed.version, own.length)
  })

  test('a refusal names who has control since when, even if the recording is closed meanwhile', async () => {
    const started = await bench.command('api', 'recording.start')
    await bench.command('api', 'track.stop')
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let refusal: Promise<unknown> | undefined
    await new Promise<void>((resolve) => {
      bench.gate = (events) => {
        if (events.some(({ type }) => type === 'command.refused')) resolve()
        return held
      }
      refusal = bench.command('ui', 'track.stop').catch((error) => error)
    })
    const closing = bench.command('api', 'recording.close')
    await eventually(
      'the recording closed in the log',
      () => bench.recorder.log.openRecordings().length === 0,
    )
    bench.gate = undefined
    release()
    const { members } = (await refusal) as RecorderError
    assert.deepEqual(members.holder, { side: 'api', client: 'crm', since: started.startedAt })
    await closing
  })

  test('a medium that fails takes the whole start back when all are required', async () => {
    bench.platform.behaviour.screen = 'fail'
    await assert.rejects(bench.command('api', 'recording.start'), refused('CAPTURE_FAILED'))
    assert.equal(bench.platform.capturing, 0)
    await assert.rejects(
      bench.recorder.recording('current', 'api'),
      refused('NO_CURRENT_RECORDING'),
    )
    assert.deepEqual((await bench.recorder.log.recordings({ limit: 10 })).items, [])
  })

  test('a start that fails leaves the old recording in wrap-up; one that succeeds closes it in the same batch', async () => {
    const old = await bench.command('api', 'recording.start', { media: ['mic'] })
    await bench.command('api', 'track.stop')
    bench.platform.behaviour.screen = 'fail'
    await assert.rejects(bench.command('ui', 'recording.start'), refused('CAPTURE_FAILED'))
    assert.equal((await bench.recorder.recording('current', 'api')).id, old.id)
    bench.platform.behaviour.screen = 'flow'
    const next = await bench.command('ui', 'recording.start')
    assert.equal((await bench.recorder.recording(old.id, 'api')).state, 'Closed')
    const events = await bench.events()
    const confirmed = events.find(
      (event) => event.recordingId === next.id && event.type === 'recording.started',
    )
    const closed = events.find(
      (event) => event.recordingId === old.id && event.type === 'recording.closed',
    )
    assert.equal(closed?.position, (confirmed?.position ?? 0) + 1)
  })

  test('with any required, what can be captured is', async () => {
    bench.platform.behaviour.screen = 'fail'
    bench.platform.missing.add('speaker')
    const started = await bench.command('api', 'recording.start', { require: 'any' })
    assert.equal(started.tracks.mic?.state, 'recording')
    assert.equal(started.tracks.screen?.state, 'failed')
    assert.equal(started.tracks.speaker?.error?.code, 'DEVICE_UNAVAILABLE')
    assert.equal((await bench.recorder.application('api')).state, 'Error')
  })

  test('a pause overtakes a start that is still waiting for media', async () => {
    bench.platform.behaviour.mic = 'hang'
    const start = bench.command('api', 'recording.start', { media: ['mic'] })
    await eventually(
      'a recording is starting',
      () => bench.recorder.log.openRecordings().length === 1,
    )
    const paused = await bench.command('api', 'track.pause')
    assert.equal(paused.state, 'Paused')
    assert.equal(paused.tracks.mic?.state, 'paused')
    await assert.rejects(start, refused('INTERRUPTED'))
    bench.platform.release('mic')
    assert.equal((await bench.recorder.recording('current', 'api')).tracks.mic?.state, 'paused')
  })

  test('a stop overtakes a start too, and the recording goes to wrap-up', async () => {
    bench.platform.behaviour.mic = 'hang'
    const start = bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    await eventually(
      'a recording is starting',
      () => bench.recorder.log.openRecordings()[0]?.tracks.screen?.state === 'recording',
    )
    assert.equal((await bench.command('api', 'track.stop')).state, 'WrapUp')
    await start.then((body) => assert.equal(body.state, 'WrapUp'), refused('INTERRUPTED'))
  })

  test('a tag on a recording that is still starting is kept, even when the start fails', async () => {
    bench.platform.behaviour.mic = 'hang'
    const start = bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    start.catch(() => {})
    await eventually(
      'a recording is starting',
      () => bench.recorder.log.openRecordings()[0]?.tracks.screen?.state === 'recording',
    )
    await bench.command('api', 'recording.tag', { tags: { account: '42' } })
    await bench.command('api', 'track.stop')
    const { tags } = await bench.recorder.recording('current', 'api')
    assert.ok(tags.some((tag) => tag.key === 'account' && tag.value === '42'))
  })

  test('a resume right behind a pause starts a new segment while the old one ends', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const release = bench.platform.holdEnds()
    const pause = bench.command('api', 'track.pause')
    const resume = await bench.command('api', 'track.resume')
    assert.equal(resume.tracks.mic?.state, 'recording')
    release()
    await pause
    await bench.command('api', 'track.stop')
    const { items } = await bench.recorder.log.segments(resume.id, { limit: 10 })
    assert.deepEqual(
      items.map((segment) => segment.number),
      [1, 2],
    )
  })

  test('a track that dies recovers by itself; a pause during that wins', async () => {
    await bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    bench.platform.kill('mic')
    await eventually(
      'the track is back',
      () =>
        bench.recorder.log.openRecordings()[0]?.tracks.mic?.segments === 1 &&
        bench.recorder.log.openRecordings()[0]?.tracks.mic?.state === 'recording',
    )
    bench.platform.behaviour.mic = 'hang'
    bench.platform.kill('mic')
    await eventually(
      'the track is recovering',
      () => bench.recorder.log.openRecordings()[0]?.tracks.mic?.state === 'recovering',
    )
    assert.equal((await bench.recorder.application('api')).state, 'Error')
    const paused = await bench.command('api', 'track.pause', { media: ['mic'] })
    assert.equal(paused.tracks.mic?.state, 'paused')
    assert.equal(paused.tracks.screen?.state, 'recording')
    bench.platform.release('mic')
    assert.equal((await bench.recorder.recording('current', 'api')).tracks.mic?.state, 'paused')
  })

  test('a track whose media end again before they were heard of recovers further', async () => {
    await bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    bench.platform.behaviour.mic = 'hang'
    bench.platform.kill('mic')
    const mic = () => bench.recorder.log.openRecordings()[0]?.tracks.mic
    await eventually('the track is recovering', () => mic()?.state === 'recovering')
    bench.platform.behaviour.mic = 'flow'
    bench.platform.failWithMedia('mic')
    await eventually('the track is back', () => mic()?.state === 'recording')
    assert.equal(mic()?.segments, 2)
  })

  test('naming a medium that does not fit changes nothing for the others', async () => {
    await bench.command('api', 'recording.start', { media: ['mic', 'screen'] })
    await bench.command('api', 'track.pause', { media: ['screen'] })
    await assert.rejects(
      bench.command('api', 'track.pause', { media: ['mic', 'screen'] }),
      refused('INVALID_STATE'),
    )
    assert.equal((await bench.recorder.recording('current', 'api')).tracks.mic?.state, 'recording')
    const last = (await bench.events()).at(-1)
    assert.equal(last?.type, 'command.refused')
  })

  test('a kept answer is given again, also after a restart, and nothing is done twice', async () => {
    const idempotency = { client: 'crm', key: 'k1', fingerprint: 'f' }
    const first = await bench.command('api', 'recording.start', { media: ['mic'] }, { idempotency })
    assert.deepEqual(
      await bench.command('api', 'recording.start', { media: ['mic'] }, { idempotency }),
      first,
    )
    await bench.restart()
    assert.deepEqual(
      await bench.command('api', 'recording.start', { media: ['mic'] }, { idempotency }),
      first,
    )
    const other = { ...idempotency, fingerprint: 'g' }
    await assert.rejects(
      bench.command('api', 'recording.start', {}, { idempotency: other }),
      refused('IDEMPOTENCY_MISMATCH'),
    )
    assert.equal(
      (await bench.events()).filter((event) => event.type === 'recording.started').length,
      1,
    )
  })

  test('while the first request is under way its retransmission is told so', async () => {
    bench.platform.behaviour.mic = 'hang'
    const idempotency = { client: 'crm', key: 'k2', fingerprint: 'f' }
    const first = bench.command('api', 'recording.start', { media: ['mic'] }, { idempotency })
    await assert.rejects(
      bench.command('api', 'recording.start', { media: ['mic'] }, { idempotency }),
      refused('IN_FLIGHT'),
    )
    await eventually(
      'a recording is starting',
      () => bench.recorder.log.openRecordings().length === 1,
    )
    bench.platform.release('mic')
    await first
  })

  test('a version that has moved on is refused', async () => {
    const { version } = await bench.command('api', 'recording.start', { media: ['mic'] })
    await bench.command('api', 'recording.tag', { tags: { a: 1 } }, { expectedVersion: version })
    await assert.rejects(
      bench.command('api', 'track.stop', {}, { expectedVersion: version }),
      refused('VERSION_MISMATCH'),
    )
  })

  test('after a crash the recording is in wrap-up, interrupted, and nothing captures', async () => {
    const { id } = await bench.command('api', 'recording.start', { tags: { customer: 'C-1' } })
    await bench.crash()
    const after = await bench.recorder.recording('current', 'api')
    assert.equal(after.id, id)
    assert.equal(after.state, 'WrapUp')
    assert.equal(after.tracks.mic?.segments, 1)
    assert.ok(after.tags.some((tag) => tag.key === 'customer'))
    assert.equal(bench.platform.capturing, 0)
    assert.ok((await bench.events()).some((event) => event.type === 'recording.interrupted'))
    await bench.command('api', 'recording.close')
  })

  test('a crash before the start was confirmed leaves no recording, and its command has failed', async () => {
    bench.platform.behaviour.mic = 'hang'
    bench.command('api', 'recording.start', { media: ['mic'] }).catch(() => {})
    await eventually(
      'a recording is starting',
      () => bench.recorder.log.openRecordings().length === 1,
    )
    await bench.crash()
    await assert.rejects(
      bench.recorder.recording('current', 'api'),
      refused('NO_CURRENT_RECORDING'),
    )
    const failed = (await bench.events()).find((event) => event.type === 'command.failed')
    assert.equal(failed?.data.code, 'INTERRUPTED')
  })

  test('a forgotten recording is ended by the recorder, and its wrap-up by the timer', async () => {
    const { id } = await bench.command('api', 'recording.start', {
      media: ['mic'],
      maxDurationSeconds: 0,
      wrapUpSeconds: 0,
    })
    await eventually(
      'the recording is closed',
      async () => (await bench.recorder.recording(id, 'api')).state === 'Closed',
    )
    const events = await bench.events()
    const wrapUp = events.find((event) => event.type === 'recording.wrapUpStarted')
    assert.equal(wrapUp?.data.reason, 'maxDuration')
    assert.equal(wrapUp?.by.side, 'system')
    assert.equal(events.find((event) => event.type === 'recording.closed')?.data.reason, 'timer')
  })
})
