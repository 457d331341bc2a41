/** Turns a problem into text for people. */
import { HomeError } from '../home.ts'
import { localProblem, type Problem, ProblemError } from './problem.ts'
import { localTime } from './quantities.ts'
import { printable, type Style } from './style.ts'

/** The remedies of the API speak of routes; whoever typed a command is helped by commands. */
const REMEDIES: Record<string, string> = {
  UNAUTHENTICATED: 'Run this as the user who started the recorder, with the same home folder.',
  RECORDING_NOT_FOUND: 'List the recordings with `f2f list`.',
  NO_CURRENT_RECORDING: 'Start one with `f2f start`, or name one: `f2f list` shows their ids.',
  ALREADY_RECORDING:
    'Stop it first with `f2f stop`, or start further media in it with `f2f start --in current --media …`.',
  INVALID_STATE: 'Look with `f2f status`.',
  DEVICE_UNAVAILABLE: 'Look with `f2f devices` and `f2f doctor`.',
}

/** Any error as a problem. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof HomeError)
    return localProblem('HOME_UNUSABLE', 'The home folder cannot be used', { detail: message })
      .problem
  const because = causes(error)
  return localProblem('FAILED', message, because === '' ? {} : { detail: because }).problem
}

function causes(error: unknown): string {
  const messages: string[] = []
  for (
    let cause = error instanceof Error ? error.cause : undefined;
    cause instanceof Error;
    cause = cause.cause
  )
    messages.push(cause.message)
  return messages.join(': ')
}

/**
 * A problem in a few lines: title, detail, what is wrong in the request, who holds control, what to
 * do, code.
 */
export function problemText(problem: Problem, style: Style): string {
  const { code, errors = [] } = problem
  const title = sentence(problem.title)
  const remedy = REMEDIES[code] ?? problem.remedy
  const said = [
    ...(problem.detail === undefined ? [] : [sentence(problem.detail)]).filter(
      (detail) => detail !== title,
    ),
    ...errors.map(({ pointer, detail }) => `  ${pointer || '/'}: ${detail}`),
    ...holderLine(problem.holder),
    ...allowedLine(problem.allowedCommands),
    ...(remedy === undefined ? [] : [`-> ${remedy}`]),
  ]
  const lines = [
    style.bad(printable(title)),
    ...said.map(printable),
    style.weak(`(${printable(code)})`),
  ]
  return `${lines.join('\n')}\n`
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

function holderLine(holder: Problem['holder']): string[] {
  if (holder === undefined) return []
  return [
    `Control is held by ${holder.side}/${holder.client}${holder.since ? ` since ${localTime(holder.since)}` : ''}.`,
  ]
}

function allowedLine(allowed: Problem['allowedCommands']): string[] {
  if (allowed === undefined) return []
  return [`Allowed now: ${allowed.join(', ') || 'nothing'}.`]
}
