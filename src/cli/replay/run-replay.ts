import type { ReplayState } from '../../contract/replay.ts'
import type { Replay } from '../../replay/replay.ts'
import type { CommandResult, Input } from '../command.ts'
import { createInterruptSignal } from '../interrupt-signal.ts'
import { createProgressBar } from '../text/progress-bar.ts'
import { printable } from '../text/style.ts'
import { writeLine } from '../text/write-line.ts'
import { followReplay } from './follow-replay.ts'
import { loadReplay } from './load-replay.ts'
import { redactTags } from './redact-tags.ts'
import { stepLines, stepText } from './step-text.ts'
import { stepThrough } from './step-through.ts'
import { type Verification, verifyReplay } from './verify-replay.ts'

/** A request of `f2f replay`, as its options make it. */
export interface ReplayRequest {
  recordingId: string
  moment: { position: number } | { at: string } | null
  verifies: boolean
  follows: boolean
  redacts: boolean
  isInteractive: boolean
}

type Surroundings = Pick<Input, 'api' | 'io' | 'style' | 'json'>

/** Work that takes longer shows how far it is. */
const SHOW_PROGRESS_AFTER_MS = 1_000

/** Shows a recording as it was after its events. Returns null if it has printed its own output. */
export async function runReplay(
  request: ReplayRequest,
  surroundings: Surroundings,
): Promise<CommandResult | null> {
  const { api, style } = surroundings
  const { recordingId, moment, verifies, redacts } = request
  const shown = (state: ReplayState): ReplayState => (redacts ? redactTags(state) : state)
  if (moment !== null) {
    const state = shown(await api.replay(recordingId, moment))
    return { json: state, text: stepText(state, style) }
  }
  const progress = createLateProgress(surroundings)
  const { version } = await api.recording(recordingId)
  const replay = await loadReplay(api, recordingId, (count) =>
    // Refusals are no part of the version: the number of events is about that.
    progress.show('Reading events', Math.min(99, Math.floor((100 * count) / version))),
  )
  if (verifies) {
    const found = await verifyReplay(api, replay, (percent) => progress.show('Verifying', percent))
    progress.clear()
    return verificationResult(found)
  }
  progress.clear()
  if (request.isInteractive) await stepThroughReplay(replay, request, surroundings)
  else await printSteps(replay, request, surroundings, shown)
  return null
}

async function stepThroughReplay(
  replay: Replay,
  { follows, redacts }: ReplayRequest,
  { api, io, style }: Surroundings,
): Promise<void> {
  const follow = (signal: AbortSignal, onEvent: () => void): Promise<void> =>
    followReplay(api, replay, { signal, onEvent })
  await stepThrough(replay, { io, style, redact: redacts, ...(follows && { follow }) })
}

async function printSteps(
  replay: Replay,
  { follows }: ReplayRequest,
  { api, io, style, json }: Surroundings,
  shown: (state: ReplayState) => ReplayState,
): Promise<void> {
  let before = replay.stateAfter(0)
  const lineAfter = (index: number): string => {
    const state = shown(replay.stateAfter(index))
    const line = json ? JSON.stringify(state) : stepLines(state, before, style)
    before = state
    return line
  }
  // From the first line on Ctrl-C ends it as it should.
  const interrupt = follows ? createInterruptSignal(io.stdout) : undefined
  try {
    for (let index = 1; index <= replay.events.length; index++) {
      if (interrupt?.signal.aborted) return
      await writeLine(io, lineAfter(index))
    }
    if (interrupt === undefined) return
    await followReplay(api, replay, {
      signal: interrupt.signal,
      onEvent: () => io.stdout.write(`${lineAfter(replay.events.length)}\n`),
      onBroken: () => io.stderr.write('The recorder does not answer. Trying again…\n'),
    })
  } finally {
    interrupt?.release()
  }
}

function verificationResult(found: Verification): CommandResult {
  const { steps, asked, differences } = found
  if (differences.length === 0)
    return {
      json: found,
      text: `${steps} ${steps === 1 ? 'step' : 'steps'} verified: machines and view agree after each. The recorder answers the last view, and replays the same at ${asked} moments.`,
    }
  const lines = differences.map(({ index, position, detail }) => {
    const where = position === null ? 'Before the first event' : `Event ${index} (#${position})`
    return `${where}: ${printable(detail)}`
  })
  return { json: found, text: lines.join('\n'), exitCode: 1 }
}

/** Shows progress to people once the work has taken over a second. */
function createLateProgress({ io, json }: Surroundings): ReturnType<typeof createProgressBar> {
  const bar = createProgressBar(io)
  const from = Date.now() + SHOW_PROGRESS_AFTER_MS
  return {
    show(label, percent) {
      if (!json && Date.now() >= from) bar.show(label, percent)
    },
    clear: () => bar.clear(),
  }
}
