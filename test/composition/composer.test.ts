import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { output } from '../../lab/helper-process.ts'
import type { Identity } from '../../src/age/identity.ts'
import { createTools, type Tools } from '../../src/composition/building/tools.ts'
import { Composer, type ComposerOptions } from '../../src/composition/composer.ts'
import type { ComposableRecording } from '../../src/composition/plan/composition-plan.ts'
import type { CompositionRequest } from '../../src/composition/port.ts'
import type { RecordingSource } from '../../src/composition/segments/recording-source.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import type { SegmentDescription } from '../../src/contract/events.ts'
import type { ChildExit } from '../../src/processes/child-process.ts'
import { eventually, suite } from '../support/suite.ts'
import { IDENTITY, opener, writeSealedFile } from './support/context.ts'
import { recordingOf, START, segmentOf } from './support/recordings.ts'

const MIC: CompositionRequest = { kind: 'track', medium: 'mic' }

suite('the composer', (test) => {
  let root: string
  let composer: Composer
  let segments: SegmentDescription[]
  /** The recording that the composer reads again. */
  let now: ComposableRecording
  let reads: number
  let faults: string[]
  let identityOf: () => Promise<Identity>

  test.beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'f2f-composer-'))
    reads = 0
    faults = []
    identityOf = async () => IDENTITY
    segments = []
    for (const [number, fromMs] of [
      [1, 0],
      [2, 500],
    ] as const) {
      const tone = [
        '-f',
        'lavfi',
        '-i',
        `sine=f=1000:r=48000:d=0.5`,
        '-ac',
        '1',
        '-c:a',
        'libopus',
        '-b:a',
        '24k',
      ]
      const media = await output('ffmpeg', ['-v', 'error', ...tone, '-f', 'ogg', '-'])
      const sha256 = createHash('sha256').update(media).digest('hex')
      const segment = { ...segmentOf('mic', number, fromMs, fromMs + 500), sha256 }
      await writeSealedFile(join(root, segment.file), media)
      segments.push(segment)
    }
    now = recordingOf(segments, 1_000)
  })
  test.afterEach(async () => {
    await composer?.close()
    await rm(root, { recursive: true })
  })

  /** Returns the closed segments, one a page. */
  async function readPage(_: string, { cursor = '0' }: { cursor?: string }) {
    const closed = segments.slice(0, now.tracks.mic!.spans.length)
    const at = Number(cursor)
    const isLast = at + 1 >= closed.length
    return { items: closed.slice(at, at + 1), cursor: isLast ? null : String(at + 1) }
  }

  const source = (): RecordingSource => ({
    recording: async () => {
      reads++
      return now
    },
    openMedia: (_, segment) => opener(root)(segment),
    compositionIdentity: () => identityOf(),
    log: { events: async () => [], segments: readPage },
  })

  async function open(options: Partial<ComposerOptions> = {}): Promise<void> {
    composer = await Composer.open({
      folder: root,
      version: '1.2.3',
      reserveBytes: 0,
      onFault: (what) => faults.push(what),
      tools: {} as Tools,
      env: process.env,
      recordings: source(),
      ...options,
    })
  }

  const compose = (
    recording: ComposableRecording,
    request = MIC,
    signal = new AbortController().signal,
  ) => composer.compose(recording, request, signal)

  /** The recording while its second segment is being finished. */
  function unfinished(
    recording: ComposableRecording,
    change: Partial<ComposableRecording> = {},
  ): ComposableRecording {
    const mic = {
      ...recording.tracks.mic!,
      spans: recording.tracks.mic!.spans.slice(0, 1),
      gaps: [],
    }
    return { ...recording, state: 'WrapUp', ...change, tracks: { mic } }
  }

  const isError = (code: string, detail: RegExp) => (error: unknown) =>
    error instanceof RecorderError && error.code === code && detail.test(error.message)

  test('waits for the last segments after a stop, so that no file lacks them', async () => {
    await open()
    const whole = now
    now = unfinished(whole)
    const file = compose(now)
    await eventually('the recording is read again', () => reads > 1)
    assert.deepEqual(await readdir(root), ['mic-1.age', 'mic-2.age'])
    now = whole
    const { sha256 } = await file
    const late = await compose(whole)
    assert.equal(sha256, late.sha256, 'the file is that of the whole recording')
  })

  test('answers NOT_READY while the last segments are being finished, or while the log lacks the end', async () => {
    await open({ limits: { finishMs: 150 } })
    const endedAt = new Date(Date.now() - 1_000).toISOString()
    now = unfinished(now, { endedAt })
    await assert.rejects(compose(now), isError('NOT_READY', /still being finished/))
    now = { ...now, state: 'Closed' }
    await assert.rejects(compose(now), isError('NOT_READY', /still being finished/))
    now = unfinished(now, { endedAt: null })
    await assert.rejects(compose(now), isError('NOT_READY', /log does not know/))
    assert.ok(reads >= 3)
  })

  test('names the segment that was never finished', async () => {
    await open({ limits: { finishMs: 150 } })
    const detail = /of mic that began at 2026-01-31T09:00:00.500Z was never finished/
    now = unfinished(now, { state: 'Closed', endedAt: new Date(START + 1_000).toISOString() })
    await assert.rejects(compose(now), isError('EXPORT_FAILED', detail))
    assert.equal(reads, 0, 'the recording is closed, so nothing finishes it any more')
    now = { ...now, state: 'WrapUp' }
    await assert.rejects(compose(now), isError('EXPORT_FAILED', detail))
  })

  test('stops waiting when the client leaves, and when the recorder ends', async () => {
    await open()
    now = unfinished(now)
    const gone = new AbortController()
    const left = compose(now, MIC, gone.signal)
    const other = compose(now)
    gone.abort(new Error('gone'))
    await assert.rejects(left, /gone/)
    await composer.close()
    await assert.rejects(other, isError('NOT_READY', /ending/))
  })

  test('opens although its folder cannot be used, answers EXPORT_FAILED until it can, and works then', async () => {
    const folder = join(root, 'exports')
    await writeFile(folder, 'no folder')
    await open({ folder })
    assert.deepEqual(faults, ['removing unfinished exports'])
    await assert.rejects(compose(now), isError('EXPORT_FAILED', /^The file could not be made/))
    await rm(folder)
    await mkdir(join(folder, '.work', 'w-left'), { recursive: true })
    await compose(now)
    assert.deepEqual(await readdir(join(folder, '.work')), [])
  })

  test('survives unexpected output of ffmpeg: ffmpeg is killed, and the file is refused', async () => {
    const killed: unknown[] = []
    const screen = { ...now.tracks.mic!, state: 'failed' as const, spans: [] }
    screen.gaps = [{ from: now.startedAt, to: now.endedAt, reason: 'deviceLost' }]
    const tools: Tools = {
      ffmpeg: async () => 'ffmpeg',
      screenArgs: async () => ['-'],
      start(_, { onStdout }) {
        let exit = (_: ChildExit): void => {}
        const exited = new Promise<ChildExit>((resolve) => {
          exit = resolve
        })
        const kill = (signal: NodeJS.Signals): void => {
          killed.push(signal)
          exit({ code: null, signal, deliberate: true })
        }
        // Like a child's `data`, outside of the call that started it. The box is shorter than its
        // own head.
        process.nextTick(onStdout, Buffer.from([0, 0, 0, 3, ...Buffer.from('moof')]))
        return {
          pid: undefined,
          stdin: null,
          exited,
          kill,
          expectExit: () => {},
          stderr: () => '',
        }
      },
    }
    await open({ tools })
    const broken = { ...now, tracks: { ...now.tracks, screen } }
    await assert.rejects(
      compose(broken, { kind: 'track', medium: 'screen' }),
      isError('EXPORT_FAILED', /not what was expected/),
    )
    assert.deepEqual(killed, ['SIGKILL'])
  })

  test('forgets a recording that is erased: what is cached, what is being made, what is asked for later', async () => {
    await open({ tools: createTools({ env: process.env }) })
    const [mic] = segments
    const peaks = await composer.peaks('recording-1', mic!)
    assert.ok(peaks.length > 0)
    await compose(now)
    const slow = compose(unfinished(now), MIC, new AbortController().signal)
    await composer.forget('recording-1')
    assert.deepEqual((await readdir(root)).sort(), ['.work', 'mic-1.age', 'mic-2.age'])

    // Its key is destroyed before its files are.
    identityOf = async () => {
      throw new RecorderError('ERASED', 'It was erased.')
    }
    await assert.rejects(slow, isError('ERASED', /erased/))
    await rm(join(root, mic!.file))
    await assert.rejects(composer.peaks('recording-1', mic!), isError('EXPORT_FAILED', /missing/))
    identityOf = async () => IDENTITY
    const at = now.startedAt
    const by = { side: 'api', client: 'home', user: 'tester' } as const
    const erased = { ...now, erased: { at, by, cause: 'request', reason: 'Asked for.' } as const }
    await assert.rejects(compose(erased), isError('ERASED', /erased/))
    await composer.forget('recording-1')
  })

  test('ends a file that is being made of a recording that is erased', async () => {
    let begun = (): void => {}
    const beginning = new Promise<void>((resolve) => {
      begun = resolve
    })
    // The file waits for its first segment, which never comes.
    const openMedia = () => {
      begun()
      return new Promise<never>((_, reject) => {
        rejectOpening = reject
      })
    }
    let rejectOpening = (_: unknown): void => {}
    await open({ recordings: { ...source(), openMedia } })
    const file = compose(now)
    const refused = assert.rejects(file, isError('ERASED', /erased/))
    await beginning
    const forgotten = composer.forget('recording-1')
    rejectOpening(new Error('the file was closed'))
    await Promise.all([refused, forgotten])
    assert.deepEqual(await readdir(join(root, '.work')), [])
  })
})
