import assert from 'node:assert/strict'
import { ScreenFrames } from '../../../src/actors/screen/screen-frames.ts'
import type { PipelineEvents } from '../../../src/actors/segment/pipeline.ts'
import { SoundPipeline } from '../../../src/actors/sound/sound-pipeline.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { audioFormat, opusArgs, SAMPLE_RATE } from '../../../src/ffmpeg/encoding.ts'
import { captureFailed } from '../../../src/platform/capture-problem.ts'
import type { RecorderClock } from '../../../src/time/recorder-clock.ts'
import { latch } from '../../support/latch.ts'
import { suite } from '../../support/suite.ts'
import { testPicture } from '../../support/test-picture.ts'

const BEGUN_AT = Date.parse('2026-11-30T12:00:00.000Z')
/** A clock that stands still: all that comes, comes at once. */
const clock: RecorderClock = {
  wallAheadMs: 0,
  now: () => BEGUN_AT,
  check: () => {},
  adoptWallClock: () => {},
  notBefore: () => {},
  onJump: () => () => {},
}
const none = () => {}

// A starved machine delivers the first media in one go. They came after the command all the same.
suite('a segment whose first media come in one go', (test) => {
  const screen = (): ScreenFrames =>
    new ScreenFrames({
      clock,
      ...{ cutAt: () => Number.POSITIVE_INFINITY, keepsLast: () => false },
      ...{ unit: none, clockSet: none, heldUp: none },
    })

  test('begins no earlier than its capture: a screen that has no clock', () => {
    const frames = screen()
    frames.useArrivalTime()
    frames.push(frames.split(testPicture(12)))
    assert.equal(frames.startedAtMs, BEGUN_AT)
  })

  test('begins no earlier than its capture: a screen whose clock is read late', () => {
    const frames = screen()
    frames.readStartTime(`Duration: N/A, start: ${(BEGUN_AT - 4) / 1_000}, bitrate: N/A`)
    frames.push(frames.split(testPicture(12)))
    assert.equal(frames.startedAtMs, BEGUN_AT)
  })

  test('begins no earlier than its capture: sound', async () => {
    const format = audioFormat('mic', resolveQuality())
    const events: PipelineEvents = {
      unit: none,
      level: none,
      warning: none,
      process: none,
      picture: none,
    }
    const pipeline = new SoundPipeline(
      {
        ...{ clock, format, isSilenceFault: false, env: process.env, spares: undefined },
        ...{ spareMs: 5_000, endMs: [1_000, 1_000] as const },
        source: Promise.resolve(({ sound }) => {
          sound(Buffer.alloc(2 * SAMPLE_RATE))
          const { opened: ended, open: stop } = latch()
          const problem = captureFailed('The source has ended.')
          return { ended: ended.then(() => problem), stop, catchUp: none, finish: async () => {} }
        }),
        encoder: Promise.resolve({ program: 'ffmpeg', args: opusArgs(format) }),
      },
      events,
    )
    await Promise.resolve()
    await Promise.resolve()
    assert.equal(pipeline.startedAtMs, BEGUN_AT)
    pipeline.kill()
    await pipeline.ended
  })
})
