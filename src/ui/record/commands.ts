import { signal } from '@preact/signals'
import { RecorderProblem } from '../../client/errors.ts'
import type { ErrorCode } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import { type ShownProblem, toShownProblem } from '../controls/shown-problem.ts'
import { current, refresh } from '../live/live-state.ts'
import { ENDS_CAPTURE } from './allowed.ts'

/** The part of the view that sent a command, and that shows what became of it. */
export type Place = 'all' | 'tags' | 'markers' | 'consent' | Medium

/**
 * Why a command failed, in the recorder's words. `null` stands for a recorder out of reach;
 * `unanswered`: a pause or stop has no answer yet.
 */
export type CommandProblem = ShownProblem | 'unanswered' | null

/** A pause or stop takes a fraction of this. Who gave it must know that it may not have worked. */
const UNANSWERED_MS = 2_000

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

// Beside the next recording, or none, such a refusal would be wrong.
current.subscribe((recording) => {
  for (const [place, id] of shownWith)
    if (id !== recording?.id && ABOUT_RECORDING.has(codeOf(problems.peek()[place])))
      dismissProblem(place)
})

let sentCount = 0

/** Whether a command of a place has no answer yet. */
export function isPending(place: Place, command: string): boolean {
  return pendingCommands.value.includes(`${place}/${command}`)
}

/**
 * Sends a command and shows its problem where it came from. Resolves with whether it succeeded,
 * once the page shows the new state. The same command is not sent twice at a time; others are, for
 * a pause must not wait for anything.
 */
export async function runCommand(
  place: Place,
  command: string,
  send: () => Promise<unknown>,
): Promise<boolean> {
  if (isPending(place, command)) return false
  const name = `${place}/${command}`
  pendingCommands.value = [...pendingCommands.value, name]
  dismissProblem(place)
  const count = ++sentCount
  const overdue = ENDS_CAPTURE.has(command)
    ? setTimeout(() => showProblem(place, 'unanswered'), UNANSWERED_MS)
    : undefined
  try {
    await send()
    clearTimeout(overdue)
    dismissProblem(place)
    await refresh()
    return true
  } catch (error) {
    clearTimeout(overdue)
    if (isOwnInterruption(error, count)) dismissProblem(place)
    else showProblem(place, toShownProblem(error))
    // A refusal tells that the page shows an old state.
    await refresh()
    if (place in problems.peek()) shownWith.set(place, current.peek()?.id)
    return false
  } finally {
    pendingCommands.value = pendingCommands.value.filter((pending) => pending !== name)
  }
}

function showProblem(place: Place, problem: CommandProblem): void {
  problems.value = { ...problems.value, [place]: problem }
}

const codeOf = (problem: CommandProblem | undefined): string =>
  typeof problem === 'object' && problem !== null ? problem.code : ''

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
