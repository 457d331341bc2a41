import type { Replay } from '../../replay/replay.ts'
import type { Io } from '../command.ts'
import { createInterruptSignal, rejectOnAbort } from '../interrupt-signal.ts'
import type { Style } from '../text/style.ts'
import { shorten } from '../text/text-width.ts'
import { twoColumns } from '../text/two-columns.ts'
import { readKeys } from './keys.ts'
import { redactTags } from './redact-tags.ts'
import { stepText } from './step-text.ts'
import { firstStep, pressKey, type Stepper } from './stepper.ts'

/** Another screen without a cursor, so that the terminal is afterwards as it was before. */
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const CLEAR = '\u001b[H\u001b[J'

const HELP = [
  ['→ n Enter', 'the next event'],
  ['← p', 'the one before'],
  ['Shift+→ t', 'the next event of this type'],
  ['Shift+← T', 'the one before of this type'],
  ['r R', 'the next refusal, the one before'],
  ['Home End', 'the first event, the last one'],
  ['g', 'a position of the log'],
  ['f', 'only types that contain a text, such as track.'],
  ['Esc', 'all types again'],
  ['q', 'quit'],
]

/** How to step through a recording. */
export interface StepThroughOptions {
  io: Io
  style: Style
  redact: boolean
  /** Goes on with the live recording; the function is called after each further event. */
  follow?(signal: AbortSignal, onEvent: () => void): Promise<void>
}

/** Shows one event after the other on a terminal, as keys ask for it, until `q` or Ctrl-C. */
export async function stepThrough(replay: Replay, options: StepThroughOptions): Promise<void> {
  const { io, style, redact, follow } = options
  const { events } = replay
  let stepper = firstStep(events)
  if (follow) stepper = { ...stepper, index: events.length }
  const { signal, release } = createInterruptSignal()
  const end = new AbortController()
  const draw = (): void => {
    const state = replay.stateAfter(stepper.index)
    const text = stepper.showsHelp
      ? twoColumns(HELP, style)
      : stepText(redact ? redactTags(state) : state, style)
    io.stdout.write(CLEAR + screen(text, statusLine(stepper, follow !== undefined, style), io))
  }
  const leave = enterScreen(io, draw)
  try {
    const following = follow?.(AbortSignal.any([signal, end.signal]), () => {
      // A person at the newest event wants to see the next one.
      if (stepper.index === events.length - 1) stepper = { ...stepper, index: events.length }
      draw()
    }).catch((error) => end.abort(error))
    draw()
    const until = AbortSignal.any([signal, end.signal])
    for await (const key of keysOf(io, until)) {
      stepper = pressKey(stepper, key, events)
      if (stepper.isDone) break
      draw()
    }
    if (end.signal.aborted) throw end.signal.reason
    end.abort()
    await following
  } finally {
    leave()
    release()
  }
}

/** Yields the keys that are pressed, until the signal aborts or the input ends. */
async function* keysOf({ stdin }: Io, signal: AbortSignal): AsyncGenerator<string> {
  const input = stdin[Symbol.asyncIterator]()
  const decoder = new TextDecoder()
  for (;;) {
    const chunk = await rejectOnAbort(signal, input.next()).catch((error) => {
      if (signal.aborted) return { done: true } as const
      throw error
    })
    if (chunk.done) return
    const { value } = chunk
    yield* readKeys(typeof value === 'string' ? value : decoder.decode(value, { stream: true }))
  }
}

/** Prepares the terminal. Returns a function that makes it as it was. */
function enterScreen({ stdout, stdin }: Io, draw: () => void): () => void {
  stdin.setRawMode?.(true)
  stdout.write(ENTER)
  process.on('SIGWINCH', draw)
  return () => {
    process.off('SIGWINCH', draw)
    stdout.write(LEAVE)
    stdin.setRawMode?.(false)
    // A read is still waiting for a key.
    stdin.destroy?.()
  }
}

function statusLine({ input, filter, note }: Stepper, follows: boolean, style: Style): string {
  if (input?.asks === 'position') return `Position of the log: ${input.text}_`
  if (input?.asks === 'filter') return `Types that contain: ${input.text}_`
  const filterText = filter === '' ? '' : `Only types with “${filter}”. `
  const followText = follows ? 'Following. ' : ''
  if (note !== '') return shorten(style.warn(note), style.columns)
  const text = `${filterText}${followText}→ ← step, r refusal, ? keys, q quit`
  return shorten(style.weak(text), style.columns)
}

/** Puts the status line below the text, of which a low terminal shows as much as it can. */
function screen(text: string, status: string, { stdout }: Io): string {
  const room = Math.max(5, (stdout.rows || Number.POSITIVE_INFINITY) - 2)
  const lines = text.split('\n')
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), '…']
  return `${shown.join('\n')}\n\n${status}`
}
