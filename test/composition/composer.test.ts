import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { output } from '../../lab/helper-process.ts'
import { Composer, type ComposerOptions } from '../../src/composition/composer.ts'
import type { Composable } from '../../src/composition/plan.ts'
import type { CompositionRequest } from '../../src/composition/port.ts'
import type { RunningProgram, Tools } from '../../src/composition/tools.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import type { SegmentFacts } from '../../src/contract/events.ts'
import { resolveQuality } from '../../src/contract/quality.ts'
import { eventually, suite } from '../support/suite.ts'
import { recordingOf, START, segmentOf } from './support/recordings.ts'

const MIC: CompositionRequest = { kind: 'track', medium: 'mic' }

suite('the composer', (test) => {
  let root: string
  let composer: Composer
  let segments: SegmentFacts[]
  /** What the recorder tells when it is asked again. */
  let now: Composable
  let asked: number
  let faults: string[]

  test.beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'f2f-composer-'))
    asked = 0
    faults = []
    segments = []
    for (const [number, fromMs] of [
      [1, 0],
      [2, 500],
    ] as const) {
      const path = join(root, `mic-${number}`)
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
      await output('ffmpeg', ['-v', 'error', ...tone, '-f', 'ogg', path])
      const sha256 = createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
      segments.push({ ...segmentOf('mic', number, fromMs, fromMs + 500), sha256 })
    }
    now = recordingOf(segments, 1_000)
  })
  test.afterEach(async () => {
    await composer?.close()
    await rm(root, { recursive: true })
  })

  async function open(options: Partial<ComposerOptions> = {}): Promise<void> {
    composer = await Composer.open({
      folder: root,
      version: '1.2.3',
      reserveBytes: 0,
      onFault: (what) => faults.push(what),
      tools: {} as Tools,
      sources: {
        recording: async () => {
          asked++
          return now
        },
        segments: async () => segments.slice(0, now.tracks.mic!.spans.length),
        quality: async () => resolveQuality(),
        file: (_, file) => join(root, file),
      },
      ...options,
    })
  }

  const compose = (recording: Composable, request = MIC, signal = new AbortController().signal) =>
    composer.compose(recording, request, signal)

  /** The recording as it is told while its second piece is being finished. */
  function unfinished(recording: Composable, change: Partial<Composable> = {}): Composable {
    const mic = {
      ...recording.tracks.mic!,
      spans: recording.tracks.mic!.spans.slice(0, 1),
      gaps: [],
    }
    return { ...recording, state: 'WrapUp', ...change, tracks: { mic } }
  }

  const isError = (code: string, said: RegExp) => (error: unknown) =>
    error instanceof RecorderError && error.code === code && said.test(error.message)

  test('waits for the last pieces of a stop that is finishing, and serves none without them', async () => {
    await open()
    const whole = now
    now = unfinished(whole)
    const file = compose(now)
    await eventually('the recording is read again', () => asked > 1)
    assert.deepEqual(await readdir(root), ['mic-1', 'mic-2'])
    now = whole
    const { path } = await file
    const late = await compose(whole)
    assert.equal(path, late.path, 'the file is that of the whole recording')
  })

  test('says that it is too early when the last pieces take too long, or the log cannot tell', async () => {
    await open({ limits: { finishMs: 150 } })
    const endedAt = new Date(Date.now() - 1_000).toISOString()
    now = unfinished(now, { endedAt })
    await assert.rejects(compose(now), isError('NOT_READY', /still being finished/))
    now = { ...now, state: 'Closed' }
    await assert.rejects(compose(now), isError('NOT_READY', /still being finished/))
    now = unfinished(now, { endedAt: null })
    await assert.rejects(compose(now), isError('NOT_READY', /log cannot tell/))
    assert.ok(asked >= 3)
  })

  test('names the piece that was never finished', async () => {
    await open({ limits: { finishMs: 150 } })
    const said = /of mic, begun at 2026-01-31T09:00:00.500Z, was never finished/
    now = unfinished(now, { state: 'Closed', endedAt: new Date(START + 1_000).toISOString() })
    await assert.rejects(compose(now), isError('EXPORT_FAILED', said))
    assert.equal(asked, 0, 'nobody finishes it any more')
    now = { ...now, state: 'WrapUp' }
    await assert.rejects(compose(now), isError('EXPORT_FAILED', said))
  })

  test('gives the waiting up with who asked, and when the recorder ends', async () => {
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

  test('opens with a folder that cannot be used, says so when it is asked, and works when it can', async () => {
    const folder = join(root, 'exports')
    await writeFile(folder, 'no folder')
    await open({ folder })
    assert.deepEqual(faults, ['tidying up the folder of exports'])
    await assert.rejects(compose(now), isError('EXPORT_FAILED', /^The file could not be made/))
    await rm(folder)
    await mkdir(join(folder, '.work', 'w-left'), { recursive: true })
    await compose(now)
    assert.deepEqual(await readdir(join(folder, '.work')), [])
  })

  test('survives output that it does not understand: the program is killed, and the file refused', async () => {
    const killed: unknown[] = []
    const screen = { ...now.tracks.mic!, state: 'failed' as const, spans: [] }
    screen.gaps = [{ from: now.startedAt, to: now.endedAt, reason: 'deviceLost' }]
    const tools: Tools = {
      ffmpeg: async () => 'ffmpeg',
      screenArgs: async () => ['-'],
      start(_, { onStdout }) {
        let exit = (_: Awaited<RunningProgram['exited']>): void => {}
        const exited = new Promise<Awaited<RunningProgram['exited']>>((resolve) => {
          exit = resolve
        })
        const kill = (signal: NodeJS.Signals): void => {
          killed.push(signal)
          exit({ code: null, signal })
        }
        // As a child's `data` does, outside of whoever started it. A box that is shorter than its
        // own head.
        process.nextTick(onStdout, Buffer.from([0, 0, 0, 3, ...Buffer.from('moof')]))
        return { pid: undefined, stdin: null, exited, kill, stderr: () => '' }
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
})
