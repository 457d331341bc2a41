import assert from 'node:assert/strict'
import { ScreenFrames } from '../../../src/actors/screen/screen-frames.ts'
import type { PipelineEvents } from '../../../src/actors/segment/pipeline.ts'
import { SoundPipeline } from '../../../src/actors/sound/sound-pipeline.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { audioFormat, opusArgs, SAMPLE_RATE } from '../../../src/ffmpeg/encoding.ts'
import { retimeFragment } from '../../../src/media/fmp4.ts'
import { captureFailed } from '../../../src/platform/capture-problem.ts'
import type { RecorderClock } from '../../../src/time/recorder-clock.ts'
import { latch } from '../../support/latch.ts'
import { suite } from '../../support/suite.ts'
import { testPicture } from '../../support/test-picture.ts'

const BEGUN_AT = Date.parse('2026-11-30T12:00:00.000Z')
let elapsedMs = 0
/** A clock that stands still unless a test moves it: all that comes, comes at once. */
const clock: RecorderClock = {
  wallAheadMs: 0,
  now: () => BEGUN_AT + elapsedMs,
  check: () => {},
  adoptWallClock: () => {},
  notBefore: () => {},
  onJump: () => () => {},
}
const none = () => {}

// A starved machine delivers the first media in one go. They came after the command all the same.
suite('a segment whose first media come in one go', (test) => {
  test.beforeEach(() => {
    elapsedMs = 0
  })
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

  test('does not begin with a picture that stood while the recorder was held', () => {
    const heldMs: number[] = []
    let units = 0
    const frames = new ScreenFrames({
      clock,
      ...{ cutAt: () => Number.POSITIVE_INFINITY, keepsLast: () => false },
      unit: () => units++,
      clockSet: none,
      heldUp: (_, ms) => {
        heldMs.push(ms)
        frames.discard()
      },
    })
    frames.readStartTime(`Duration: N/A, start: ${(BEGUN_AT + 4) / 1_000}, bitrate: N/A`)
    const [first, ...others] = frames.split(testPicture(12))
    elapsedMs = 4_500
    // 4 s at 15 frames a second.
    retimeFragment(first!, { start: first!.start, duration: 60 * first!.duration })
    frames.push([first!, ...others])
    assert.deepEqual([heldMs.map(Math.round), units], [[4_000], 0])
  })

  /** A pipeline that began at the clock's time, how to give it sound, and what it has passed on. */
  async function soundPipeline() {
    const format = audioFormat('mic', resolveQuality())
    const [started, flowing] = [latch(), latch()]
    const passed = { endMs: 0, flowing }
    const events: PipelineEvents = {
      unit: ({ endMs }) => {
        passed.endMs = endMs
        flowing.open()
      },
      level: none,
      warning: none,
      process: none,
      picture: none,
    }
    let give: (ms: number) => void = none
    const pipeline = new SoundPipeline(
      {
        ...{ clock, format, isSilenceFault: false, env: process.env, spares: undefined },
        ...{ spareMs: 5_000, endMs: [1_000, 1_000] as const },
        source: Promise.resolve(({ sound }) => {
          give = (ms) => sound(Buffer.alloc((2 * SAMPLE_RATE * ms) / 1_000))
          started.open()
          const { opened: ended, open: stop } = latch()
          const problem = captureFailed('The source has ended.')
          const finish = async () => stop()
          return { ended: ended.then(() => problem), stop, catchUp: none, finish }
        }),
        encoder: Promise.resolve({ program: 'ffmpeg', args: opusArgs(format) }),
      },
      events,
    )
    await started.opened
    return { pipeline, passed, give }
  }

  test('begins no earlier than its capture, and ends no later than its cut: sound', async () => {
    const { pipeline, passed, give } = await soundPipeline()
    elapsedMs = 100
    give(400)
    while (elapsedMs < 1_300) {
      elapsedMs += 100
      give(100)
      if (elapsedMs === 1_000) await passed.flowing.opened
    }
    pipeline.end({ kind: 'cut', at: BEGUN_AT + 1_300 })
    await pipeline.ended
    assert.equal(pipeline.startedAtMs, BEGUN_AT)
    assert.ok(Math.abs(passed.endMs - 1_300) <= 2, `${passed.endMs} ms of sound in 1300 ms`)
  })
})
