import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { between, decodeAudio, frameColor, toneDb } from '../../../lab/measure.ts'
import { unsealed } from '../../../lab/unsealed.ts'
import { build } from '../../../src/composition/building/build.ts'
import { planComposition } from '../../../src/composition/plan/composition-plan.ts'
import type { CompositionRequest } from '../../../src/composition/port.ts'
import type { SegmentDescription } from '../../../src/contract/events.ts'
import type { ChildCommand } from '../../../src/processes/child-process.ts'
import { ageProblem, openWithAge } from '../../age/support/age-program.ts'
import { probe } from '../../e2e/support/composed.ts'
import { decodedMs } from '../../e2e/support/media-check.ts'
import { suite } from '../../support/suite.ts'
import { contextIn, IDENTITY, readSealedFile } from '../support/context.ts'
import { QUALITY, recordScreen, recordTone } from '../support/recorded-media.ts'
import { recordingOf, START, segmentOf } from '../support/recordings.ts'

const DURATION_MS = 9_500
const MIC_HZ = 1_000
const SPEAKER_HZ = 3_000
const MARKER = 'MARKER-7f3a'

suite('a composed file', (test) => {
  let folder: string
  const segments: SegmentDescription[] = []
  /** The commands with which ffmpeg was started. */
  const commands: ChildCommand[] = []

  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-build-'))
    segments.push(
      await recordTone(folder, segmentOf('mic', 1, 0, 4_000), MIC_HZ),
      await recordTone(folder, segmentOf('mic', 2, 6_000, 9_500), MIC_HZ),
      await recordTone(folder, segmentOf('speaker', 1, 500, 9_500), SPEAKER_HZ),
      await recordScreen(folder, segmentOf('screen', 1, 200, 4_000), '320x180'),
      await recordScreen(folder, segmentOf('screen', 2, 6_000, 8_000), '320x180'),
      await recordScreen(folder, segmentOf('screen', 3, 8_000, 9_500), '160x120'),
    )
  })
  test.after(() => rm(folder, { recursive: true }))

  /** Builds a file in a folder of its own. `observe` is called all the while. */
  async function built(request: CompositionRequest, observe = (_folder: string): void => {}) {
    const work = await mkdtemp(join(folder, 'work-'))
    const at = new Date(START + 5_000).toISOString()
    const tagHistory = [
      { key: 'topic', value: `a=b;c#d\\e [CHAPTER] „ü“ ${MARKER}`, at },
      { key: 'late', value: 'x', at: new Date(START + 9_000).toISOString() },
    ]
    const recording = { ...recordingOf(segments, DURATION_MS), tagHistory }
    const plan = planComposition(recording, segments, request, '1.2.3')
    const path = join(work, 'composed.age')
    const context = { ...contextIn(folder), folder: work, progress: () => observe(work) }
    const { start } = context.tools
    context.tools.start = (command, io) => {
      commands.push(command)
      return start(command, io)
    }
    const sha256 = await build(plan, path, { quality: QUALITY, version: '1.2.3' }, context)
    return { path, sha256, file: unsealed(path), work, plan }
  }

  test('with the voices apart has all tracks, whole and titled, and begins with its tables', async () => {
    const { file, path, sha256 } = await built({ kind: 'export', gaps: 'fill', audio: 'split' })
    const { streams, format } = await probe(file)
    assert.deepEqual(
      streams.map(({ codec_name: name, codec_tag_string: tag }) => name ?? tag),
      ['h264', 'opus', 'opus', 'bin_data'],
    )
    for (const { duration, codec_name: name } of streams.slice(0, 3))
      assert.ok(Math.abs(Number(duration) - DURATION_MS / 1_000) < 0.001, `${name} ${duration}`)
    assert.deepEqual(
      streams.slice(1, 3).map(({ tags }) => tags?.handler_name),
      ['Microphone', 'Speaker'],
    )
    assert.equal(format.tags.title, 'recording-1')
    assert.equal(format.tags.comment, 'Recording recording-1, made by f2f-recorder 1.2.3')
    assert.equal(Date.parse(format.tags.creation_time!), START)
    const bytes = await readSealedFile(path)
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256)
    const at = (type: string): number => bytes.indexOf(type, 0, 'latin1')
    assert.ok(at('ftyp') < at('moov') && at('moov') < at('mdat'), 'it plays while it is loading')
  })

  test('has the chapters of tags and gaps, whatever is in them', async () => {
    const { file, path, plan } = await built({ kind: 'export', gaps: 'fill', audio: 'mix' })
    const { chapters } = await probe(file)
    assert.ok(plan.chapters.length >= 4)
    assert.deepEqual(
      chapters.map(({ start, tags }) => ({ atMs: start, title: tags.title })),
      plan.chapters,
    )
    assert.ok(chapters.some(({ tags }) => tags.title.includes(`a=b;c#d\\e [CHAPTER] „ü“`)))
    assert.equal(chapters.at(-1)?.end, DURATION_MS)
    // For players that look for Nero's list.
    assert.ok((await readSealedFile(path)).includes('chpl'))
  })

  test('has both voices in its mix, each at its time', async () => {
    const { file } = await built({ kind: 'export', gaps: 'fill', audio: 'mix' })
    const { streams } = await probe(file)
    assert.deepEqual(streams.map(({ codec_name: name }) => name).slice(0, 2), ['h264', 'aac'])
    assert.ok(Math.abs(Number(streams[1]!.duration) - DURATION_MS / 1_000) < 0.001)
    const samples = await decodeAudio(file)
    const db = (from: number, to: number, hz: number) => toneDb(between(samples, from, to), hz)
    for (const [from, to, mic, speaker] of [
      [0.1, 0.4, true, false],
      [0.7, 3.9, true, true],
      [4.2, 5.8, false, true],
      [6.2, 9.3, true, true],
    ] as const) {
      assert.equal(db(from, to, MIC_HZ) > -20, mic, `microphone from ${from} to ${to}`)
      assert.equal(db(from, to, SPEAKER_HZ) > -20, speaker, `speaker from ${from} to ${to}`)
    }
  })

  test('leaves nothing unsealed on the disk at any moment, and nothing in arguments', async () => {
    const seen = new Set<string>()
    const observe = (work: string): void => {
      for (const name of readdirSync(work)) {
        const stored = readFileSync(join(work, name)).toString('latin1')
        if (stored.length > 0) seen.add(name)
        for (const sign of ['ftyp', 'moof', 'mdat', 'OggS', 'Opus', MARKER])
          assert.ok(!stored.includes(sign), `${sign} in ${name}`)
      }
    }
    commands.length = 0
    const { work } = await built({ kind: 'export', gaps: 'fill', audio: 'mix' }, observe)
    observe(work)
    // The screen of another size, the mix, and the file itself.
    assert.deepEqual([...seen].sort(), ['composed.age', 'mix.adts.age', 'screen-4.mp4.age'])
    // Those of the cards, the other size and the mix.
    assert.equal(commands.length, 3)
    for (const { args } of commands) {
      const told = args.join(' ')
      assert.ok(!told.includes(MARKER) && !told.includes(folder), told)
      assert.deepEqual([args[args.indexOf('-i') + 1], args.at(-1)], ['pipe:0', 'pipe:1'])
    }
  })

  test('of segments of two encoders is decoded with the parameter sets of each', async () => {
    const other = ['-coder', '1', '-refs', '4']
    const own = [
      await recordScreen(folder, segmentOf('screen', 11, 0, 2_000), '320x180'),
      await recordScreen(folder, segmentOf('screen', 12, 2_000, 4_000), '320x180', other),
    ]
    const recording = recordingOf(own, 4_000)
    const plan = planComposition(recording, own, { kind: 'track', medium: 'screen' }, '1.2.3')
    const path = join(await mkdtemp(join(folder, 'work-')), 'composed.age')
    await build(plan, path, { quality: QUALITY, version: '1.2.3' }, contextIn(folder))
    const [video] = (await probe(unsealed(path))).streams
    assert.equal(video?.codec_tag_string, 'avc3')
    // ffmpeg says nothing when it has found nothing wrong.
    const [first, second] = [
      await frameColor(unsealed(path), 1),
      await frameColor(unsealed(path), 3),
    ]
    for (const [at, value] of first.entries()) assert.ok(Math.abs(value - second[at]!) < 20)
    assert.ok((await decodedMs(path)) > 3_900)
  })

  test.unless(ageProblem(), 'opens with the program age and the key of its recording', async () => {
    const { path, sha256 } = await built({ kind: 'track', medium: 'screen' })
    const opened = openWithAge(path, IDENTITY)
    assert.equal(createHash('sha256').update(opened).digest('hex'), sha256)
  })
})
