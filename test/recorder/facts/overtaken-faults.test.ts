import assert from 'node:assert/strict'
import type { TrackView } from '../../../src/contract/views.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

suite('a fault that a command overtakes', (test) => {
  let bench: RecorderBench
  test.beforeEach(async () => {
    bench = await RecorderBench.create()
  })
  test.afterEach(() => bench.dispose())

  /** Lets the microphone fail, and returns how to let the recorder hear of it. */
  async function failUnheard(): Promise<() => void> {
    const letEnd = bench.platform.holdEnds()
    assert.ok(bench.platform.kill('mic'))
    const failedAt = Date.now()
    await eventually('some time', () => Date.now() > failedAt + 20)
    return letEnd
  }

  const gapsOf = (track: TrackView | undefined) =>
    track!.gaps.filter(({ reason }) => reason !== 'notStarted')

  test('is the reason of its gap until the pause', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const letEnd = await failUnheard()
    const pausing = bench.command('api', 'track.pause')
    letEnd()
    const { tracks } = await pausing
    const [failed, paused, ...others] = gapsOf(tracks.mic)
    assert.deepEqual([failed?.reason, paused?.reason, others], ['captureFailed', 'paused', []])
    assert.equal(failed?.to, paused?.from)
    const events = await bench.events()
    const cut = events.find(({ type }) => type === 'track.pausing')
    assert.equal(cut?.type === 'track.pausing' && cut.data.cutAt, paused?.from)
    await bench.command('api', 'track.resume')
    const stopped = await bench.command('api', 'track.stop')
    assert.deepEqual(
      gapsOf(stopped.tracks.mic).map(({ reason }) => reason),
      ['captureFailed', 'paused'],
    )
  })

  test('is the reason until the stop, also when its file is finished late', async () => {
    await bench.command('api', 'recording.start', { media: ['mic'] })
    const finishFiles = bench.platform.leaveUnfinished()
    const letEnd = await failUnheard()
    const stopping = bench.command('api', 'track.stop')
    letEnd()
    await assert.rejects(stopping, { code: 'STORAGE_UNAVAILABLE' })
    finishFiles('media')
    const { gaps } = await eventually('the segment', async () => {
      const { tracks } = await bench.recorder.recording('current', 'api')
      return tracks.mic?.segments === 1 && { gaps: gapsOf(tracks.mic) }
    })
    assert.deepEqual(
      gaps.map(({ reason }) => reason),
      ['captureFailed'],
    )
  })
})
