import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { staticFfmpeg } from '../support/static-ffmpeg.ts'
import { eventually, suite } from '../support/suite.ts'
import { eventsOf, ofType } from './support/history.ts'
import { notLinux, type ObservedDaemon, oneWith, startObserved } from './support/observed-daemon.ts'
import { createStallingFfmpeg } from './support/stalling-ffmpeg.ts'
import {
  assertNothingLater,
  current,
  endsCapture,
  start,
  WINNERS,
  type Winner,
} from './support/winning.ts'

suite('pause and stop win over a capture that does not deliver', (test) => {
  const ffmpeg = createStallingFfmpeg(staticFfmpeg)
  let daemon: ObservedDaemon
  test.beforeEach(async () => {
    ffmpeg.release()
    daemon = await startObserved({ env: { FFMPEG_BIN: ffmpeg.path } })
  })
  test.afterEach(async () => {
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  for (const winner of WINNERS) {
    test.unless(notLinux, `a ${winner} while media are starting`, async () => {
      ffmpeg.stall('testsrc2')
      const started = daemon.api('POST', '/recordings', { wrapUpSeconds: 3600 })
      await eventually('the others deliver', async () => {
        const { tracks } = await current(daemon)
        return tracks?.mic?.state === 'recording' && tracks.speaker?.state === 'recording'
      })
      const { arrivedBy, answer } = await endsCapture(daemon, winner)
      assert.equal((await answer).status, 200)
      assert.equal((await answer).body.state, winner === 'pause' ? 'Paused' : 'WrapUp')
      const overtaken = await started
      assert.ok(
        overtaken.status === 201 || overtaken.body.code === 'INTERRUPTED',
        `the start was answered ${JSON.stringify(overtaken.body)}`,
      )
      const events = await eventsOf(daemon)
      assertNothingLater(events, arrivedBy)
      assert.deepEqual(
        ofType(events, 'segment.opened').filter(({ data }) => data.medium === 'screen'),
        [],
      )
      ffmpeg.release()
      await assertStillWorks(daemon, winner)
    })

    test.unless(notLinux, `a ${winner} while a medium is recovering`, async () => {
      await start(daemon, { media: ['mic', 'screen'] })
      ffmpeg.stall('testsrc2')
      process.kill(oneWith(daemon.captures(), 'testsrc2').pid, 'SIGKILL')
      await eventually('the screen is recovering', async () => {
        return (await current(daemon)).tracks.screen?.state === 'recovering'
      })
      await eventually('a capture of it hangs', () =>
        daemon.children().some(({ command }) => command.includes('testsrc2')),
      )
      const { arrivedBy, answer } = await endsCapture(daemon, winner)
      assert.equal((await answer).status, 200)
      const { tracks } = (await answer).body
      assert.equal(tracks.screen.state, winner === 'pause' ? 'paused' : 'stopped')
      assertNothingLater(await eventsOf(daemon), arrivedBy)
      ffmpeg.release()
      // Time enough for another try, and proof that one would succeed.
      await assertStillWorks(daemon, winner)
      const events = await eventsOf(daemon, (await answer).body.id)
      assert.deepEqual(ofType(events, 'track.recovered'), [])
    })
  }
})

/** Asserts that paused or stopped media can be recorded again. */
async function assertStillWorks(daemon: ObservedDaemon, winner: Winner): Promise<void> {
  if (winner === 'pause') {
    const resumed = await daemon.api('POST', '/recordings/current/resume', { media: ['screen'] })
    assert.equal(resumed.status, 200, JSON.stringify(resumed.body))
    assert.equal(resumed.body.tracks.screen.state, 'recording')
    assert.equal(resumed.body.tracks.mic.state, 'paused')
  } else await start(daemon, { media: ['screen'] })
  assert.equal((await daemon.api('POST', '/recordings/current/stop')).status, 200)
}
