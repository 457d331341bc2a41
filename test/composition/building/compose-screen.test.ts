import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { output } from '../../../lab/helper-process.ts'
import { unsealed } from '../../../lab/unsealed.ts'
import { composeMovie } from '../../../src/composition/building/compose-movie.ts'
import { composeScreen } from '../../../src/composition/building/compose-screen.ts'
import {
  type CompositionPlan,
  planComposition,
} from '../../../src/composition/plan/composition-plan.ts'
import type { SegmentDescription } from '../../../src/contract/events.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { screenArgs } from '../../../src/ffmpeg/encoding.ts'
import { createFfmpegLocator } from '../../../src/ffmpeg/ffmpeg-locator.ts'
import { framesOf, probe } from '../../e2e/support/composed.ts'
import { suite } from '../../support/suite.ts'
import { contextIn, writeSealedFile } from '../support/context.ts'
import { recordingOf, segmentOf } from '../support/recordings.ts'

const encoder = createFfmpegLocator({ env: process.env, inputs: [] })
const quality = resolveQuality()
const RATE = quality.framesPerSecond
/** A picture is shown half a frame earlier than it was taken. */
const HALF = 0.5 / RATE

suite('a composed screen track', (test) => {
  let folder: string
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-screen-'))
  })
  test.afterEach(() => rm(folder, { recursive: true }))

  /**
   * Records a grey screen like the recorder: frames of x11grab, like raw ones, have no aspect
   * ratio.
   */
  async function record(segment: SegmentDescription, width: number, height: number): Promise<void> {
    const frames = Buffer.alloc(
      4 * width * height * Math.round((segment.durationMs * RATE) / 1_000),
      0xc0,
    )
    const raw = ['-f', 'rawvideo', '-pixel_format', 'bgr0', '-video_size', `${width}x${height}`]
    const args = screenArgs(
      [...raw, '-framerate', String(RATE), '-i', 'pipe:0'],
      quality,
      await encoder.ffmpeg(),
    )
    await writeSealedFile(
      join(folder, segment.file),
      await output('ffmpeg', args, { input: frames }),
    )
  }

  async function compose(segments: SegmentDescription[], durationMs: number) {
    const plan = planComposition(
      recordingOf(segments, durationMs),
      segments,
      { kind: 'track', medium: 'screen' },
      '1.2.3',
    )
    return composeTrack(plan)
  }

  async function composeTrack({ screen: track, timeline }: CompositionPlan) {
    const path = join(folder, 'composed.mp4.age')
    const context = contextIn(folder)
    const screen = await composeScreen(track!, { quality, timeZone: 'Europe/Vienna' }, context)
    const texts = { title: 'T', comment: 'C', encoder: 'E', chapters: [] }
    const about = { durationMs: timeline.durationMs, createdAt: 0, ...texts }
    await composeMovie([screen], about, path, context)
    const file = unsealed(path)
    return { uniform: screen.isUniform, frames: await framesOf(file), probed: await probe(file) }
  }

  test('shows every segment and every card at its time, and cards are encoded like the screen', async () => {
    const segments = [segmentOf('screen', 1, 300, 2_300), segmentOf('screen', 2, 14_000, 15_000)]
    for (const segment of segments) await record(segment, 320, 180)
    const { uniform, frames, probed } = await compose(segments, 16_500)
    assert.equal(uniform, true, 'a card is encoded just as a screen')
    assert.ok(Math.abs(Number(probed.format.duration) - 16.5) < 0.002, probed.format.duration)
    const isCard = ({ rgb }: { rgb: number[] }): boolean => Math.max(...rgb) < 100
    for (const frame of frames) {
      const inMedia =
        (frame.at > 0.299 - HALF && frame.at < 2.299) ||
        (frame.at > 13.999 - HALF && frame.at < 14.999)
      assert.equal(isCard(frame), !inMedia, `${frame.at}: ${frame.rgb}`)
    }
    for (const at of [0, 0.3 - HALF, 2.3, 14 - HALF, 15])
      assert.ok(
        frames.some((frame) => Math.abs(frame.at - at) < 0.001),
        `${at}`,
      )
  })

  test('a screen that was resized has its largest size throughout', async () => {
    const segments = [
      segmentOf('screen', 1, 0, 1_000),
      segmentOf('screen', 2, 1_000, 2_000),
      segmentOf('screen', 3, 2_050, 3_000),
    ]
    for (const [index, [width, height]] of (
      [
        [160, 120],
        [320, 180],
        [160, 120],
      ] as const
    ).entries())
      await record(segments[index]!, width, height)
    const { frames, probed } = await compose(segments, 3_000)
    const [video] = probed.streams as unknown as { width: number; height: number }[]
    assert.deepEqual([video!.width, video!.height], [320, 180])
    assert.ok(Math.abs(Number(probed.format.duration) - 3) < 0.1, probed.format.duration)
    // The smaller picture has black margins. The gap of 50 ms has no card.
    const light = (from: number, to: number) =>
      frames.filter(({ at }) => at > from && at < to).map(({ rgb }) => rgb[0])
    assert.ok(
      light(0.1, 0.9).every((red) => red > 110 && red < 170),
      `${light(0.1, 0.9)}`,
    )
    assert.ok(
      light(1.1, 1.9).every((red) => red > 180),
      `${light(1.1, 1.9)}`,
    )
    assert.ok(
      light(1.99, 2.9).every((red) => red > 110),
      `${light(1.99, 2.9)}`,
    )
  })

  test('a screen that begins a moment after the recording shows its first picture at the right time, without a card', async () => {
    const segments = [segmentOf('screen', 1, 70, 1_070), segmentOf('screen', 2, 2_070, 3_000)]
    for (const segment of segments) await record(segment, 320, 180)
    const { frames, probed } = await compose(segments, 3_000)
    const [first] = frames
    assert.ok(Math.abs(first!.at - (0.07 - HALF)) < 0.002, `${first!.at}`)
    assert.ok(Math.max(...first!.rgb) > 150, 'no card')
    assert.ok(Math.abs(Number(probed.format.duration) - 3) < 0.04, probed.format.duration)
    for (const at of [1.07, 2.07 - HALF])
      assert.ok(
        frames.some((frame) => Math.abs(frame.at - at) < 0.002),
        `${at}`,
      )
  })

  test('a screen without a single picture is a card', async () => {
    const { probed, frames } = await composeFailed()
    assert.ok(Math.abs(Number(probed.format.duration) - 2.5) < 0.002)
    assert.ok(frames.every(({ rgb }) => Math.max(...rgb) < 100))
  })

  async function composeFailed() {
    const mic = segmentOf('mic', 1, 0, 2_500)
    const recording = recordingOf([mic], 2_500)
    const screen = { ...recording.tracks.mic!, state: 'failed' as const }
    screen.gaps = [{ from: recording.startedAt, to: recording.endedAt, reason: 'deviceLost' }]
    const recorded = { ...recording, tracks: { ...recording.tracks, screen } }
    const plan = planComposition(recorded, [mic], { kind: 'track', medium: 'screen' }, '1.2.3')
    return composeTrack(plan)
  }
})
