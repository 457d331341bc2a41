/** Turns errors into problems, and problems into text for people. */

import { ConnectionError, RecorderProblem, UnexpectedAnswerError } from '../../client/errors.ts'
import { ConfigError } from '../../home/config.ts'
import { HomeError } from '../../home/home-error.ts'
import { MAY_HAVE_ACTED } from '../connection/connection-error.ts'
import { localProblem, type Problem, ProblemError } from '../problem.ts'
import { localTime } from './quantities.ts'
import { printable, type Style, wrap } from './style.ts'

/** Remedies in commands, by error code. The API's own remedies name routes instead. */
export const REMEDIES: Record<string, string> = {
  UNAUTHENTICATED: 'Run this as the user who started the recorder, with the same home folder.',
  RECORDING_NOT_FOUND: 'List the recordings with `f2f list`. The beginning of an id is enough.',
  NO_CURRENT_RECORDING:
    'Start one with `f2f start`, or name one by its id. `f2f list` shows the ids.',
  ALREADY_RECORDING:
    'Stop it first with `f2f stop`, or start further media in it with `f2f start --in current --media …`.',
  INVALID_STATE: 'Check the state with `f2f status`.',
  DEVICE_UNAVAILABLE: 'Check the devices with `f2f devices` and `f2f doctor`.',
  INVALID_REQUEST:
    'Correct that, and run the command again. `f2f help COMMAND` shows what it accepts.',
  NOT_FOUND:
    'Check the name or id that you typed. `f2f help COMMAND` says where such things are listed.',
  CONTROL_HELD_BY_API: 'Wait until that client has stopped and closed its recording.',
  CONSENT_REQUIRED:
    'Ask the customer, then start with `f2f start --consent METHOD`. A running recording gets it with `f2f consent granted --method METHOD`.',
  TOKEN_NAME_TAKEN:
    'Choose another name, or revoke the other token first with `f2f token revoke NAME`.',
  ON_HOLD:
    'Show the holds with `f2f hold show ID`. If their reasons no longer stand, release each with `f2f hold release ID HOLD`. Then erase the recording.',
  ERASED: 'It can no longer be read. `f2f show ID` says when it was erased, by whom and why.',
  EXPORT_FAILED:
    'Try again. If a stored segment is missing or damaged (`f2f verify` says so), restore it from a backup.',
  INTERRUPTED: 'Check the state with `f2f status`, then repeat the command if it is still wanted.',
}

/** Titles of the API that only a program understands. The detail says what happened. */
const TITLES_FOR_PROGRAMS: readonly string[] = ['NOT_FOUND']

/** Returns the problem of an error that explains itself; undefined for an unexpected one. */
export function knownProblem(error: unknown): Problem | undefined {
  if (error instanceof RecorderProblem) return error.document
  if (error instanceof UnexpectedAnswerError) return strangeAnswer(error)
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ProblemError) return cause.problem
  if (!(error instanceof ConnectionError)) return undefined
  const more = { detail: error.message, remedy: MAY_HAVE_ACTED }
  return localProblem('NO_ANSWER', 'The recorder does not answer.', more).problem
}

function strangeAnswer({ message, status, cause }: UnexpectedAnswerError): Problem {
  if (cause === undefined) return { title: message, code: 'NO_ANSWER', status }
  return localProblem('NO_ANSWER', 'The answer does not come from a recorder.', {
    detail: message,
    remedy: 'Another program may use the port. Restart the recorder with `f2f serve`.',
  }).problem
}

/** Turns any error into a problem. */
export function toProblem(error: unknown): Problem {
  const known = knownProblem(error)
  if (known !== undefined) return known
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ConfigError) return configProblem(error)
  if (error instanceof HomeError)
    return localProblem('HOME_UNUSABLE', 'The home folder cannot be used.', { detail: message })
      .problem
  const causes = causeMessages(error)
  const detail = causes === '' ? message : `${message} (${causes})`
  return localProblem('FAILED', 'The command failed.', { detail }).problem
}

function configProblem({ message, mistakes }: ConfigError): Problem {
  const more = { detail: message, remedy: 'Correct the file. `f2f config check` checks it again.' }
  const { problem } = localProblem('CONFIG_INVALID', 'The configuration is not valid.', more)
  return { ...problem, mistakes }
}

function causeMessages(error: unknown): string {
  const messages: string[] = []
  for (
    let cause = error instanceof Error ? error.cause : undefined;
    cause instanceof Error;
    cause = cause.cause
  )
    messages.push(cause.message)
  return messages.join(': ')
}

const INDENT = '  '

/**
 * Formats a problem in a few lines: title, detail, mistakes in the request, holder of control,
 * allowed commands, remedy and code.
 */
export function problemText(problem: Problem, style: Style): string {
  const { code, errors = [] } = problem
  // The mistakes say all that a detail about them says.
  const detail = errors.length > 0 ? undefined : problem.detail
  const title = (TITLES_FOR_PROGRAMS.includes(code) && detail) || problem.title
  const remedy = REMEDIES[code] ?? problem.remedy
  const explanation = [
    ...(detail === undefined || detail === title ? [] : detail.split('\n')),
    ...errors.map((mistake) => `${INDENT}${mistake.pointer || '/'}: ${mistake.detail}`),
    ...holderLine(problem.holder),
    ...allowedLine(problem.allowedCommands),
    ...(remedy === undefined ? [] : [`-> ${remedy}`]),
  ]
  const lines = [
    style.bad(fit(printable(title), style)),
    ...explanation.map((line) => fit(printable(line), style)),
    style.weak(`(${printable(code)})`),
  ]
  return `${lines.join('\n')}\n`
}

function fit(line: string, { columns }: Style): string {
  const indent = line.startsWith(INDENT) ? INDENT : ''
  return wrap(line.slice(indent.length), columns, indent)
}

function holderLine(holder: Problem['holder']): string[] {
  if (holder === undefined) return []
  const since = holder.since ? ` since ${localTime(holder.since)}` : ''
  const side = holder.side === 'ui' ? 'The recorder’s own page' : `The API client ${holder.client}`
  return [`${side} controls the recording${since}.`]
}

function allowedLine(allowed: Problem['allowedCommands']): string[] {
  if (allowed === undefined) return []
  return [`Allowed now: ${allowed.join(', ') || 'nothing'}.`]
}
