import assert from 'node:assert/strict'
import { assertWithin } from '../support/machine.ts'
import { suiteOnEachServer } from '../support/sound-servers.ts'
import { PIPEWIRE_FAULTS } from './support/pipewire-fault-list.ts'
import { SOUND_FAULTS } from './support/sound-fault-list.ts'
import { SoundStage } from './support/sound-stage.ts'

const EVENT_MS = 3_000
const RETURN_MS = 10_000
const isLong = process.env.F2F_ALL_FAULTS !== undefined
/**
 * The media of most recordings. The screen, which no fault of sound may touch, is recorded under
 * the first fault, by each server in a pause, and in `npm run test:long` always.
 */
const SOUND = isLong ? {} : { media: ['audio'] }

suiteOnEachServer('sound faults', (test, server) => {
  const { isPipeWire, problem } = server
  const stage = SoundStage.for(test, server)
  const faults = isPipeWire ? PIPEWIRE_FAULTS : SOUND_FAULTS
  /** The faults after which a recording is stopped at once; all of them in `npm run test:long`. */
  const stoppedAtOnce = isLong ? faults : faults.slice(0, 2)

  for (const [index, { what, media, strike, reason, detail }] of faults.entries()) {
    test.unless(problem, `${what}: told within 3 s, and sound comes back by itself`, async () => {
      await stage.command('new', index === 0 ? {} : SOUND)
      const struckAt = Date.now()
      const makeGood = await strike(stage.world)
      for (const { at, data } of await stage.happened(
        'track.recovering',
        EVENT_MS + 1_000,
        media.length,
      )) {
        const tookMs = Date.parse(at) - struckAt
        assertWithin(tookMs, EVENT_MS, 'the event')
        assert.ok(media.includes(data.medium))
        assert.equal(data.reason, reason)
        assert.match(data.detail, detail)
      }
      if (makeGood) {
        for (const medium of media) assert.equal(await stage.stateOf(medium), 'recovering')
        const { state, errors } = await stage.application()
        assert.deepEqual([state, errors.map(({ medium }) => medium).sort()], ['Error', media])
        await makeGood()
      }
      await stage.happened('track.recovered', RETURN_MS, media.length)
      for (const medium of media) assert.equal(await stage.stateOf(medium), 'recording')
      assert.equal((await stage.application()).state, 'Recording')
      const { tracks } = await stage.stopAndJudge(media)
      for (const medium of media) {
        assert.equal(tracks[medium]?.segments, 2)
        assert.equal(tracks[medium]?.gaps.filter((gap) => gap.reason === reason).length, 1)
      }
    })
  }

  for (const { what, media, strike } of stoppedAtOnce) {
    test.unless(problem, `${what}: a stop at once is done in time`, async () => {
      await stage.command('new', SOUND)
      const makeGood = await strike(stage.world)
      await stage.stopAndJudge(media)
      await makeGood?.()
    })
  }

  test.unless(problem, 'a stop while sound is missed is done in time', async () => {
    await stage.command('new', SOUND)
    process.kill(stage.world.desktop.pids.pulseaudio, 'SIGSTOP')
    await stage.happened('track.recovering', EVENT_MS + 1_000, 2)
    await stage.stopAndJudge(['mic', 'speaker'])
    process.kill(stage.world.desktop.pids.pulseaudio, 'SIGCONT')
  })
})
