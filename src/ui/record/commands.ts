import { signal } from '@preact/signals'
import { RecorderProblem } from '../../client/errors.ts'
import type { RequestOptions } from '../../client/types.ts'
import type { AllowedCommand } from '../../contract/commands.ts'
import type { ErrorCode } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import { type ShownProblem, toShownProblem } from '../controls/shown-problem.ts'
import { current, link, refresh } from '../live/live-state.ts'
import { BEGINS_CAPTURE, ENDS_CAPTURE } from './allowed.ts'
import { DOUBLE_PRESS_MS } from './keyboard/double-press.ts'

/** The part of the view that sent a command, and that shows what became of it. */
export type Place = 'all' | 'tags' | 'markers' | 'consent' | Medium

/**
 * Why a command failed, in the recorder's words. `null` stands for a recorder out of reach;
 * `unanswered`: a pause or stop has no answer yet.
 */
export type CommandProblem = ShownProblem | 'unanswered' | null

/** A pause or stop takes a fraction of this. Who gave it must know that it may not have worked. */
const UNANSWERED_MS = 2_000
/** The pauses and stops that have waited longer than that, as `place/command`. */
const overdue = new Set<string>()
/** When the page last showed something new while one was overdue, by `performance.now()`. */
let lateEffectAt = Number.NEGATIVE_INFINITY
/** How many of them have been answered since, but the page does not show the new state yet. */
let lateEffects = 0
/** Commands whose buttons replace those of a pause or stop that has worked. */
const AFTER_END: ReadonlySet<string> = new Set<AllowedCommand>([
  ...(['start', 'startMedia', 'resume', 'close'] as const),
])

/** The commands that have no answer yet, as `place/command`. */
export const pendingCommands = signal<readonly string[]>([])
/** The problem of the last command of each place, until the place sends another. */
export const problems = signal<Partial<Record<Place, CommandProblem>>>({})

/** Refusals that say how a recording stands. */
const ABOUT_RECORDING: ReadonlySet<string> = new Set<ErrorCode>([
  'CONTROL_HELD_BY_API',
  'CONTROL_HELD_BY_UI',
  'ALREADY_RECORDING',
  'INVALID_STATE',
  'RECORDING_CLOSED',
])
/** The recording that was shown with the problem of a place. */
const shownWith = new Map<Place, string | undefined>()

current.subscribe((recording) => {
  if (overdue.size > 0) lateEffectAt = performance.now()
  // Beside the next recording, or none, such a problem would be wrong.
  for (const [place, id] of shownWith)
    if (id !== recording?.id && isAboutRecording(problems.peek()[place])) dismissProblem(place)
})

link.subscribe(({ state }) => {
  if (state !== 'live') return
  // Now the page shows whether it has worked.
  for (const [place, problem] of Object.entries(problems.peek()) as [Place, CommandProblem][])
    if (problem === 'unanswered' && !isOverdue(place)) showProblem(place, null)
})

let sentCount = 0
/**
 * Ends the repetitions of what begins capture: after a pause or stop nobody wants it any more,
 * though its connection broke before.
 */
let wanted = new AbortController()

/** Whether a command of a place has no answer yet. */
export function isPending(place: Place, command: string): boolean {
  return pendingCommands.value.includes(`${place}/${command}`)
}

/**
 * Sends a command and shows its problem where it came from. Resolves with whether it succeeded,
 * once the page shows the new state. The same command is not sent twice at a time; others are, for
 * a pause must not wait for anything. `endsCapture`: whether it ends capture, which a customer's
 * refusal does, too.
 */
export async function runCommand(
  place: Place,
  command: string,
  send: (options: RequestOptions) => Promise<unknown>,
  endsCapture = ENDS_CAPTURE.has(command),
): Promise<boolean> {
  if (isPending(place, command) || isMeantForEnd(command)) return false
  const name = `${place}/${command}`
  pendingCommands.value = [...pendingCommands.value, name]
  if (!isOverdue(place)) dismissProblem(place)
  const count = ++sentCount
  if (endsCapture) wanted.abort()
  if (wanted.signal.aborted) wanted = new AbortController()
  const repeatUntil = BEGINS_CAPTURE.has(command) ? wanted.signal : undefined
  const endWait = endsCapture ? waitForAnswer(place, name) : () => false
  try {
    await send({ repeatUntil })
    await showEffect(endWait())
    endPending(name)
    return true
  } catch (error) {
    const isLate = endWait()
    const isUnwanted = repeatUntil?.aborted || isOwnInterruption(error, count)
    if (!isUnwanted) showFailure(place, error, isLate)
    // A pause or stop can be sent again at once, though nothing answers the page.
    if (endsCapture) endPending(name)
    const id = current.peek()?.id
    // A refusal tells that the page shows an old state.
    await showEffect(isLate)
    if (!endsCapture) endPending(name)
    if (!isUnwanted) tieToRecording(place, id)
    return false
  }
}

/**
 * Removes the problem of a place once another recording is shown. A command without an answer was
 * meant for the recording `id`, which may be another one already; a refusal brings its own.
 */
function tieToRecording(place: Place, id: string | undefined): void {
  const problem = problems.peek()[place]
  if (problem === undefined) return
  const shown = current.peek()?.id
  const isUnanswered = problem === null || problem === 'unanswered'
  if (isUnanswered && shown !== id) dismissProblem(place)
  else shownWith.set(place, shown)
}

function endPending(name: string): void {
  pendingCommands.value = pendingCommands.value.filter((pending) => pending !== name)
}

/** Shows what a command has changed. */
async function showEffect(isLate: boolean): Promise<void> {
  if (!isLate) return refresh()
  lateEffects++
  await refresh()
  lateEffects--
  lateEffectAt = performance.now()
}

/**
 * Shows a notice when a pause or stop has no answer in time. The returned function ends the wait,
 * and returns whether the notice was shown.
 */
function waitForAnswer(place: Place, name: string): () => boolean {
  const timer = setTimeout(() => {
    overdue.add(name)
    showProblem(place, 'unanswered')
  }, UNANSWERED_MS)
  return () => {
    clearTimeout(timer)
    const wasOverdue = overdue.delete(name)
    if (problems.peek()[place] === 'unanswered' && !isOverdue(place)) dismissProblem(place)
    return wasOverdue
  }
}

function isOverdue(place: Place): boolean {
  return [...overdue].some((name) => name.startsWith(`${place}/`))
}

/**
 * Whether a press still belongs to a pause or stop that had no answer. A person who waits for one
 * presses again. When the answer comes just before that press, it must not resume or close.
 */
function isMeantForEnd(command: string): boolean {
  if (!AFTER_END.has(command)) return false
  return lateEffects > 0 || performance.now() - lateEffectAt < DOUBLE_PRESS_MS
}

function showProblem(place: Place, problem: CommandProblem): void {
  problems.value = { ...problems.value, [place]: problem }
}

/**
 * Shows why a command failed. One that ends capture may still not have worked when the page stops
 * waiting for its answer: it says so for as long as the page does not know the state.
 */
function showFailure(place: Place, error: unknown, isLate: boolean): void {
  const problem = toShownProblem(error)
  const isUnknown = problem === null && isLate && link.peek().state !== 'live'
  showProblem(place, isUnknown ? 'unanswered' : problem)
}

function isAboutRecording(problem: CommandProblem | undefined): boolean {
  if (typeof problem === 'object' && problem !== null) return ABOUT_RECORDING.has(problem.code)
  return problem !== undefined
}

/** Removes the problem of a place. */
export function dismissProblem(place: Place): void {
  shownWith.delete(place)
  if (!(place in problems.value)) return
  const { [place]: _, ...others } = problems.value
  problems.value = others
}

/** A pause or stop interrupts a start. Whoever gave both knows that. */
function isOwnInterruption(error: unknown, count: number): boolean {
  return error instanceof RecorderProblem && error.code === 'INTERRUPTED' && sentCount > count
}
