import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordingPath } from '../../client/client.ts'
import type { StartRequest } from '../../client/types.ts'
import type { RecordingAnswer } from '../../contract/views.ts'
import { readConfig } from '../../home/config.ts'
import type { Stimulus } from '../../selftest/selftest.ts'
import { type Command, type CommandResult, defineCommand, type Io } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { saveDownload } from '../download.ts'
import { createInterruptSignal, rejectOnAbort } from '../interrupt-signal.ts'
import { localProblem } from '../problem.ts'
import { knownProblem } from '../text/problem-text.ts'

const RECORDING: StartRequest = {
  media: ['speaker', 'screen'],
  // At 15 pictures a second, a picture can be 33 ms away from its sound: half the time to the next.
  // 30 a second keep this out of the measurement.
  quality: { framesPerSecond: 30 },
  wrapUpSeconds: 600,
  maxDurationSeconds: 600,
  tags: { selftest: true },
}

/** Returns the recording to start, with the tags that the configuration requires of every one. */
function recordingWith(requiredTags: readonly string[] = []) {
  const required = Object.fromEntries(requiredTags.map((key) => [key, 'selftest']))
  return { ...RECORDING, tags: { ...required, ...RECORDING.tags } }
}

/** Measures on the user's own machine whether sound and picture are in sync. */
export const selftest: Command = defineCommand({
  name: 'selftest',
  summary: 'Measure whether sound and picture are in sync on this computer.',
  description: [
    'Records speaker and screen for a few seconds, while a square flashes on the screen and the speaker beeps. Then ' +
      'exports the recording and measures how far flashes and beeps are apart. Up to 40 ms passes: nobody notices less. ' +
      'It records 30 pictures a second, so that half the time from one picture to the next does not count.',
    'Play no other sound during the test, and keep the upper left corner of the screen free. The recording stays, with ' +
      'the tag `selftest`. The test needs PulseAudio or PipeWire, and X11 for its flashes. In a Wayland session it tests ' +
      'the whole way through the desktop portal, and shows the flashes by XWayland; without XWayland it says so and ends.',
  ],
  options: {
    pulses: {
      kind: 'number',
      value: 'COUNT',
      min: 1,
      max: 100,
      help: 'Number of flashes and beeps. Default: 8.',
    },
    pauses: {
      kind: 'number',
      value: 'COUNT',
      min: 0,
      max: 1_000,
      help: 'Number of times to pause and resume before the measurement. Default: 1.',
    },
  },
  examples: [
    { line: 'f2f selftest', does: 'Tests for about fifteen seconds and shows PASS or FAIL.' },
    {
      line: 'f2f selftest --pauses 50 --json',
      does: 'Tests after 50 pauses and prints the result as JSON.',
    },
  ],
  async run({ options, api, home, io, json }) {
    const { ffmpegPath, tags } = await readConfig(home)
    const { measureSync, SYNC_LIMIT_MS } = await import('../../selftest/selftest.ts')
    const { pulses = 8, pauses = 1 } = options
    const showStep = json ? () => {} : stepPrinter(io)
    await assertNoWrapUp(api)
    const { signal, release } = createInterruptSignal()
    const recording = await api.start(recordingWith(tags?.required))
    try {
      const stimulus = await stimulate(api, recording, {
        pulses,
        pauses,
        env: io.env,
        showStep,
        signal,
      })
      await api.stop(recording.id)
      showStep('Exporting.')
      const measure = (file: string) => measureSync(file, stimulus, { env: io.env, ffmpegPath })
      const offsetsMs = await measureExport(api, recording.id, measure, signal)
      return toResult(offsetsMs, { limitMs: SYNC_LIMIT_MS, pauses, recordingId: recording.id })
    } catch (cause) {
      if (knownProblem(cause) !== undefined) throw cause
      throw localProblem('FAILED', 'The self-test failed to run.', {
        detail: signal.aborted
          ? 'It was interrupted.'
          : cause instanceof Error
            ? cause.message
            : String(cause),
        remedy: 'Run `f2f doctor`, then try again.',
        cause,
      })
    } finally {
      await endRecording(api, recording.id)
      release()
    }
  },
})

function toResult(
  offsetsMs: number[],
  conditions: { limitMs: number; pauses: number; recordingId: string },
): CommandResult {
  const worstMs = Math.max(...offsetsMs.map(Math.abs))
  const pass = worstMs <= conditions.limitMs
  const offsets = offsetsMs.map((ms) => `${ms > 0 ? '+' : ''}${ms.toFixed(0)}`).join(' ')
  const outcome = pass ? 'PASS' : 'FAIL'
  return {
    json: { pass, worstMs, offsetsMs, ...conditions },
    text: [
      `Picture behind sound, in ms: ${offsets}`,
      `${outcome}: Sound and picture are at most ${worstMs.toFixed(0)} ms apart; ${conditions.limitMs} ms are allowed.`,
    ].join('\n'),
    exitCode: pass ? 0 : 1,
  }
}

function stepPrinter(io: Io): (step: string) => void {
  return (step) => void io.stderr.write(`selftest: ${step}\n`)
}

/** Throws during a wrap-up: a start would close that recording and prevent its last tags. */
async function assertNoWrapUp(api: Api): Promise<void> {
  const { recording } = await api.application()
  if (recording?.state !== 'WrapUp') return
  throw localProblem('FAILED', 'Another recording is in its wrap-up.', {
    detail: `A new recording would close ${recording.id}, and nobody could add tags to it any more.`,
    remedy: 'Close it first with `f2f close`, or wait until it closes by itself.',
  })
}

/** Pauses and resumes, then flashes and beeps. */
async function stimulate(
  api: Api,
  { id, tracks }: RecordingAnswer,
  options: {
    pulses: number
    pauses: number
    env: NodeJS.ProcessEnv
    showStep: (step: string) => void
    signal: AbortSignal
  },
): Promise<Stimulus> {
  const { pulses, pauses, env, showStep, signal } = options
  for (let pause = 1; pause <= pauses; pause++) {
    signal.throwIfAborted()
    showStep(`Pause ${pause} of ${pauses}.`)
    await api.pause(id)
    await api.resume(id)
  }
  const devices = {
    sink: tracks.speaker?.device?.id ?? '',
    screen: tracks.screen?.device?.id ?? '',
  }
  const { stimulateSync } = await import('../../selftest/selftest.ts')
  const stimulus = stimulateSync(pulses, devices, env, (number) =>
    showStep(`Flash and beep ${number} of ${pulses}.`),
  )
  return rejectOnAbort(signal, stimulus)
}

/** Stops and closes the recording, whatever its state. */
async function endRecording(api: Api, id: string): Promise<void> {
  const { state } = await api.recording(id)
  if (state === 'Active' || state === 'Paused') await api.stop(id)
  if (state !== 'Closed') await api.close(id)
}

/** Exports a recording into a temporary folder, measures the file and removes the folder. */
async function measureExport<T>(
  api: Api,
  id: string,
  measure: (file: string) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-selftest-'))
  try {
    const file = join(folder, 'selftest.mp4')
    const query = { gaps: 'fill', audio: 'mix' }
    const answer = await api.open(recordingPath(id, 'export'), query, { signal })
    await saveDownload(answer, file, { onPercent: () => {} })
    return await rejectOnAbort(signal, measure(file))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
