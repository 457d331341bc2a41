import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { output } from '../../../lab/helper-process.ts'
import { between, decodeAudio, type Samples, secondsOf, toneDb } from '../../../lab/measure.ts'
import { composeSound, oggPages } from '../../../src/composition/building/compose-sound.ts'
import { writeSealed } from '../../../src/composition/building/sealed-output.ts'
import {
  buildTimeline,
  removeCommonGaps,
  type TrackTimeline,
} from '../../../src/composition/plan/timeline.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import type { SegmentDescription } from '../../../src/contract/events.ts'
import { readPage } from '../../../src/media/ogg.ts'
import { FRESH_START, OpusReader, packetSamples, silence } from '../../../src/media/opus.ts'
import { suite } from '../../support/suite.ts'
import { contextIn, IDENTITY, readSealedFile, writeSealedFile } from '../support/context.ts'
import { recordingOf, segmentOf } from '../support/recordings.ts'

const RATE = 48_000
/** Silence comes in steps of 2.5 ms, and a tone of 1 kHz takes a moment to be loud. */
const PLACED_MS = 3

/** The packets of sound of an Ogg Opus file. */
function packetsOf(file: Buffer): Buffer[] {
  const reader = new OpusReader()
  const packets: Buffer[] = []
  for (let page = readPage(file); page; page = readPage(file)) {
    packets.push(...reader.push(page))
    file = file.subarray(page.bytes.length)
  }
  assert.equal(file.length, 0)
  return packets
}

function onsetMs(samples: Samples, fromMs: number): number {
  const from = (fromMs * RATE) / 1_000
  const at = samples.findIndex((sample, index) => index >= from && Math.abs(sample) > 0.05)
  return (at * 1_000) / RATE
}

suite('a composed sound track', (test) => {
  let folder: string
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-sound-'))
  })
  test.afterEach(() => rm(folder, { recursive: true }))

  /** Records a tone as the recorder would, after some silence. */
  async function record(segment: SegmentDescription, silentMs = 0): Promise<void> {
    const seconds = (segment.durationMs - silentMs) / 1_000
    const tone = `sine=f=1000:r=${RATE}:d=${seconds},adelay=${silentMs}:all=1`
    const voice = segment.medium === 'mic'
    const sound = ['-f', 'lavfi', '-i', tone, '-af', 'volume=6', '-ac', voice ? '1' : '2']
    const opus = [
      '-c:a',
      'libopus',
      '-application',
      voice ? 'voip' : 'audio',
      '-b:a',
      voice ? '24k' : '96k',
    ]
    const pages = ['-f', 'ogg', '-page_duration', '100000', '-']
    const file = await output('ffmpeg', ['-v', 'error', ...sound, ...opus, ...pages])
    await writeSealedFile(join(folder, segment.file), file)
  }

  /** Composes a track as a file. */
  async function compose(
    track: TrackTimeline,
    durationMs: number,
    name = 'composed.ogg.age',
  ): Promise<{ path: string; channels: number }> {
    const path = join(folder, name)
    const context = contextIn(folder)
    const sound = await composeSound(track, durationMs, context)
    await writeSealed(path, IDENTITY, oggPages(sound), context.signal)
    return { path, channels: sound.head.channels }
  }

  for (const medium of ['mic', 'speaker'] as const) {
    test(`of the ${medium} plays each recorded packet at its time, and silence elsewhere`, async () => {
      const segments = [
        segmentOf(medium, 1, 1_003, 2_503),
        segmentOf(medium, 2, 4_017, 5_017),
        // Begins before the one before is over.
        segmentOf(medium, 3, 5_010, 6_001),
        segmentOf(medium, 4, 6_003, 6_500),
      ]
      for (const segment of segments) await record(segment)
      const timeline = buildTimeline(recordingOf(segments, 7_031), segments)
      const { path, channels } = await compose(timeline.tracks[0]!, 7_031)
      assert.equal(channels, medium === 'mic' ? 1 : 2)

      const samples = await decodeAudio(path)
      assert.equal(samples.length, 7_031 * 48)
      for (const expected of [1_003, 4_017]) {
        const at = onsetMs(samples, expected - 500)
        assert.ok(
          Math.abs(at - expected) <= PLACED_MS,
          `a tone at ${expected} ms is heard at ${at} ms`,
        )
      }
      for (const [from, to] of [
        [1.1, 2.4],
        [4.1, 4.9],
        [5.1, 5.9],
        [6.1, 6.4],
      ] as const)
        assert.ok(toneDb(between(samples, from, to), 1_000) > -6, `the tone from ${from} to ${to}`)
      for (const [from, to] of [
        [0, 0.98],
        [2.56, 3.99],
        [6.56, 7.031],
      ] as const) {
        // ffmpeg's decoder ends in numbers too small for anything but a float.
        const loudest = between(samples, from, to).reduce(
          (most, sample) => Math.max(most, Math.abs(sample)),
          0,
        )
        assert.ok(loudest < 1e-9, `${loudest} from ${from} to ${to}`)
      }

      const composed = packetsOf(await readSealedFile(path))
      const made = [...silence(1_800, channels), FRESH_START]
      const silent = new Set(made.map(({ packet }) => packet.toString('hex')))
      const kept = composed
        .map((packet) => packet.toString('hex'))
        .filter((packet) => !silent.has(packet))
      const recorded: string[] = []
      for (const { file } of segments)
        recorded.push(
          ...packetsOf(await readSealedFile(join(folder, file))).map((packet) =>
            packet.toString('hex'),
          ),
        )
      let at = 0
      for (const packet of kept) {
        at = recorded.indexOf(packet, at) + 1
        assert.ok(at > 0, 'no packet is made up, and none is in another place')
      }
      // At each seam the last packets reach over the end and may give way.
      assert.ok(
        kept.length >= recorded.length - 2 * segments.length,
        `${kept.length} of ${recorded.length} packets`,
      )
    })
  }

  test('does not drift: the last of a hundred segments is as exact as the first', async () => {
    const first = segmentOf('mic', 1, 0, 333)
    await record(first)
    const segments = Array.from({ length: 100 }, (_, index) => ({
      ...segmentOf('mic', index + 1, index * 1_007, index * 1_007 + 333),
      file: first.file,
    }))
    const durationMs = 100 * 1_007
    const timeline = buildTimeline(recordingOf(segments, durationMs), segments)
    const { path } = await compose(timeline.tracks[0]!, durationMs)
    const samples = await decodeAudio(path)
    for (const expected of [1_007, 50 * 1_007, 99 * 1_007])
      assert.ok(
        Math.abs(onsetMs(samples, expected - 300) - expected) <= PLACED_MS,
        `${expected} ms`,
      )
    const cut = removeCommonGaps(timeline)
    assert.equal(cut.durationMs, 33_300)
    const shorter = await compose(cut.tracks[0]!, cut.durationMs, 'cut.ogg.age')
    assert.equal(secondsOf(await decodeAudio(shorter.path)), 33.3)
  })

  test('places a segment right after another to half a packet', async () => {
    const segments = [segmentOf('speaker', 1, 0, 501), segmentOf('speaker', 2, 503, 1_503)]
    await record(segments[0]!)
    await record(segments[1]!, 300)
    const timeline = buildTimeline(recordingOf(segments, 1_503), segments)
    const { path } = await compose(timeline.tracks[0]!, 1_503)
    const at = onsetMs(await decodeAudio(path), 600)
    assert.ok(Math.abs(at - 803) <= 10 + PLACED_MS, `a tone at 803 ms is heard at ${at} ms`)
  })

  test('without media is silence, as long as the recording', async () => {
    const line = {
      medium: 'mic' as const,
      items: [{ fromMs: 0, toMs: 3_001, gap: 'notStarted' as const, sinceMs: 0 }],
    }
    const { path } = await compose(line, 3_001)
    const samples = await decodeAudio(path)
    assert.equal(samples.length, 3_001 * 48)
    assert.ok(samples.every((sample) => sample === 0))
  })

  test('is refused when a segment is damaged', async () => {
    const segment = segmentOf('mic', 1, 0, 1_000)
    await record(segment)
    const path = join(folder, segment.file)
    const bytes = await readSealedFile(path)
    bytes[bytes.length - 10]! ^= 1
    await writeSealedFile(path, bytes)
    const timeline = buildTimeline(recordingOf([segment], 1_000), [segment])
    await assert.rejects(
      compose(timeline.tracks[0]!, 1_000),
      (error) =>
        error instanceof RecorderError &&
        error.code === 'EXPORT_FAILED' &&
        /Segment 1 of mic/.test(error.message),
    )
  })
})

suite('an Opus packet', (test) => {
  test('has the length that its header states (RFC 6716, 3.1)', () => {
    const samples = (config: number, code: number, second = 0) =>
      packetSamples(Buffer.from([(config << 3) | code, second]))
    assert.equal(samples(1, 0), 960)
    assert.equal(samples(3, 0), 2_880)
    assert.equal(samples(12, 1), 960)
    assert.equal(samples(15, 0), 960)
    assert.equal(samples(28, 2), 240)
    assert.equal(samples(31, 3, 6), 5_760)
    assert.throws(() => packetSamples(Buffer.alloc(0)))
  })

  test('of silence has the requested length, to 1.25 ms', () => {
    for (const wanted of [0, 59, 60, 119, 960, 1_000, 48_017, 333]) {
      const packets = [...silence(wanted, 2)]
      const total = packets.reduce((sum, { samples }) => sum + samples, 0)
      assert.ok(Math.abs(total - wanted) <= 60, `${wanted}: ${total}`)
      for (const { packet, samples } of packets) assert.equal(packetSamples(packet), samples)
    }
  })
})
