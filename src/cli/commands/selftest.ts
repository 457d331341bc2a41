import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApplicationView, RecordingAnswer } from '../../contract/resources.ts'
import { readConfig } from '../../home.ts'
import type { Stimulus } from '../../selftest/selftest.ts'
import { type Api, path } from '../api.ts'
import { type Command, type CommandResult, defineCommand, type Io } from '../command.ts'
import { receive } from '../download.ts'
import { interruption, unlessAborted } from '../interruption.ts'
import { localProblem, ProblemError } from '../problem.ts'

const RECORDING = {
  media: ['speaker', 'screen'],
  // A picture can be no nearer to its sound than half the time to the next, 33 ms at 15 a second:
  // that is not to be measured here.
  quality: { framesPerSecond: 30 },
  wrapUpSeconds: 600,
  maxDurationSeconds: 600,
  tags: { selftest: true },
}

/** Measures on the user's own machine whether sound and picture belong together. */
export const selftest: Command = defineCommand({
  name: 'selftest',
  summary: 'measure on this machine how far sound and picture are apart',
  description: [
    'Records speaker and screen for a few seconds while a square flashes on the screen and the speaker beeps, exports the ' +
      'recording and measures in the file how far the two are apart. Up to 40 ms passes: less is not noticed. ' +
      'It records 30 pictures a second, so that half the time from one to the next does not count.',
    'Play nothing else meanwhile, and leave the upper left corner of the screen free. The recording stays, with the tag ' +
      '`selftest`. Needs X11 and PulseAudio (or PipeWire).',
  ],
  options: {
    pulses: {
      kind: 'number',
      value: 'COUNT',
      min: 1,
      max: 100,
      help: 'How many flashes and beeps. Default: 8.',
    },
    pauses: {
      kind: 'number',
      value: 'COUNT',
      min: 0,
      max: 1_000,
      help: 'Pause and resume so many times before measuring. Default: 1.',
    },
  },
  examples: [
    { line: 'f2f selftest', does: 'Takes about fifteen seconds and says pass or fail.' },
    { line: 'f2f selftest --pauses 50 --json', does: 'The same after 50 pauses, for a program.' },
  ],
  async run({ options, api, home, io, json }) {
    const { ffmpegPath } = await readConfig(home)
    const { measureSync, SYNC_LIMIT_MS } = await import('../../selftest/selftest.ts')
    const { pulses = 8, pauses = 1 } = options
    const say = json ? () => {} : progress(io)
    await assertNothingOpen(api)
    const { signal, forget } = interruption()
    const recording = await api.post<RecordingAnswer>('/recordings', RECORDING)
    try {
      const stimulus = await stimulated(api, recording, {
        pulses,
        pauses,
        env: io.env,
        say,
        signal,
      })
      await api.post(path('recordings', recording.id, 'stop'))
      say('exporting')
      const measure = (file: string) => measureSync(file, stimulus, { env: io.env, ffmpegPath })
      const offsetsMs = await exported(api, recording.id, measure, signal)
      return outcomeOf(offsetsMs, { limitMs: SYNC_LIMIT_MS, pauses, recordingId: recording.id })
    } catch (cause) {
      if (cause instanceof ProblemError) throw cause
      throw localProblem('FAILED', 'The self-test could not be made', {
        detail: signal.aborted
          ? 'It was interrupted.'
          : cause instanceof Error
            ? cause.message
            : String(cause),
        remedy: 'Look at `f2f doctor`; then try again.',
        cause,
      })
    } finally {
      await ended(api, recording.id)
      forget()
    }
  },
})

function outcomeOf(
  offsetsMs: number[],
  about: { limitMs: number; pauses: number; recordingId: string },
): CommandResult {
  const worstMs = Math.max(...offsetsMs.map(Math.abs))
  const pass = worstMs <= about.limitMs
  const told = offsetsMs.map((ms) => `${ms > 0 ? '+' : ''}${ms.toFixed(0)}`).join(' ')
  const verdict = pass ? 'PASS' : 'FAIL'
  return {
    json: { pass, worstMs, offsetsMs, ...about },
    text: [
      `Picture against sound, in ms: ${told}`,
      `${verdict}: ${worstMs.toFixed(0)} ms apart at the most, ${about.limitMs} are allowed.`,
    ].join('\n'),
    exitCode: pass ? 0 : 1,
  }
}

function progress(io: Io): (what: string) => void {
  return (what) => void io.stderr.write(`selftest: ${what}\n`)
}

/** A start would close it, and whoever wraps it up could not tag it any more. */
async function assertNothingOpen(api: Api): Promise<void> {
  const { recording } = await api.get<ApplicationView>('/application')
  if (recording?.state !== 'WrapUp') return
  throw localProblem('FAILED', 'Another recording is still taking tags', {
    detail: `Recording ${recording.id} is in its wrap-up, which a new recording would end.`,
    remedy: 'Close it first with `f2f close`, or wait until it closes by itself.',
  })
}

/** Pauses, then flashes and beeps. */
async function stimulated(
  api: Api,
  { id, tracks }: RecordingAnswer,
  how: {
    pulses: number
    pauses: number
    env: NodeJS.ProcessEnv
    say: (what: string) => void
    signal: AbortSignal
  },
): Promise<Stimulus> {
  const { pulses, pauses, env, say, signal } = how
  for (let pause = 1; pause <= pauses; pause++) {
    signal.throwIfAborted()
    say(`pause ${pause} of ${pauses}`)
    await api.post(path('recordings', id, 'pause'))
    await api.post(path('recordings', id, 'resume'))
  }
  const devices = {
    sink: tracks.speaker?.device?.id ?? '',
    display: tracks.screen?.device?.id ?? '',
  }
  const { stimulateSync } = await import('../../selftest/selftest.ts')
  const showing = stimulateSync(pulses, devices, env, (number) =>
    say(`flash and beep ${number} of ${pulses}`),
  )
  return unlessAborted(signal, showing)
}

/** Leaves nothing recording, whatever has happened. */
async function ended(api: Api, id: string): Promise<void> {
  const { state } = await api.get<RecordingAnswer>(path('recordings', id))
  if (state === 'Active' || state === 'Paused') await api.post(path('recordings', id, 'stop'))
  if (state !== 'Closed') await api.post(path('recordings', id, 'close'))
}

/** Exports a recording into a folder that is removed again. */
async function exported<T>(
  api: Api,
  id: string,
  look: (file: string) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-selftest-'))
  try {
    const file = join(folder, 'selftest.mp4')
    const query = { gaps: 'fill', audio: 'mix' }
    const answer = await api.open(path('recordings', id, 'export'), query, signal)
    await receive(answer, file, () => {})
    return await unlessAborted(signal, look(file))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
