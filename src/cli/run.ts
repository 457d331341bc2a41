/**
 * Runs one command line: finds the command, gives it what it needs, prints its outcome, and says
 * how it went.
 */
import { readFile } from 'node:fs/promises'
import { resolveHome } from '../home.ts'
import { apiOf } from './api.ts'
import type { Command, CommandResult, Io } from './command.ts'
import { COMMANDS } from './commands/table.ts'
import { commandHelp, overview, usageLine } from './help.ts'
import { parseCommandLine } from './parse.ts'
import { UsageError } from './problem.ts'
import { problemFrom, problemText } from './problem-text.ts'
import { type Style, styleFor } from './style.ts'

/** 0 done, 1 refused or failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2

/** Runs a command line (without node and script). Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const style = styleFor(io.stdout, io.env)
  const [first = '', second = ''] = argv
  if (first === '') return usageFailure(io, 'no command', overview(COMMANDS, style))
  if (first === '--version' || first === '-V') return print(io, await version())
  if (first === '--help' || first === '-h') return print(io, overview(COMMANDS, style))
  if (first === 'help') return help(argv.slice(1), io, style)
  const command = find(first, second)
  if (command) return runCommand(command, argv.slice(command.name.split(' ').length), io, style)
  if (!isGroup(first)) return unknownCommand(first, io)
  if (second === '--help' || second === '-h') return print(io, overview(COMMANDS, style, first))
  return usageFailure(io, `${first} needs to know what to do`, overview(COMMANDS, style, first))
}

function find(first: string, second: string): Command | undefined {
  return COMMANDS.find(({ name }) => name === first || name === `${first} ${second}`)
}

function isGroup(word: string): boolean {
  return COMMANDS.some(({ name }) => name.startsWith(`${word} `))
}

function help([first, second = '']: readonly string[], io: Io, style: Style): ExitCode {
  if (first === undefined) return print(io, overview(COMMANDS, style))
  const command = find(first, second)
  if (command) return print(io, commandHelp(command, style))
  return isGroup(first) ? print(io, overview(COMMANDS, style, first)) : unknownCommand(first, io)
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  io: Io,
  style: Style,
): Promise<ExitCode> {
  let json = false
  try {
    const { options, args } = parseCommandLine(command, argv)
    if (options.help === true) return print(io, commandHelp(command, style))
    json = options.json === true
    const home = resolveHome(options.home as string | undefined, io.env)
    const api = apiOf(home, () => (json ? () => {} : sayWaiting(io)))
    const outcome = await command.run({ options, args, home, api, io, style, json })
    return outcome === null ? 0 : report(outcome, json, io)
  } catch (error) {
    if (error instanceof UsageError)
      return usageFailure(
        io,
        `f2f ${command.name}: ${error.message}`,
        `Usage: ${usageLine(command)}\nSee f2f help ${command.name}`,
      )
    const problem = problemFrom(error)
    if (json) io.stdout.write(`${JSON.stringify(problem)}\n`)
    else io.stderr.write(problemText(problem, styleFor(io.stderr, io.env)))
    return 1
  }
}

function report(
  { json, text, note, exitCode = 0 }: CommandResult,
  asJson: boolean,
  io: Io,
): ExitCode {
  io.stdout.write(`${asJson ? JSON.stringify(json) : text}\n`)
  if (note !== undefined && !asJson) io.stderr.write(`${note}\n`)
  return exitCode
}

/** Tells a person that the answer is awaited, and takes it back when it comes. */
function sayWaiting({ stderr }: Io): () => void {
  if (!stderr.isTTY) return () => {}
  stderr.write('Waiting for the recorder…')
  return () => stderr.write('\r\u001b[K')
}

function print(io: Io, text: string): ExitCode {
  io.stdout.write(`${text}\n`)
  return 0
}

function usageFailure({ stderr }: Io, what: string, more: string): ExitCode {
  stderr.write(`${what}\n${more}\n`)
  return 2
}

function unknownCommand(word: string, io: Io): ExitCode {
  if (word.startsWith('-'))
    return usageFailure(
      io,
      `unknown option ${word}`,
      'The command comes first: f2f COMMAND [options]. See f2f --help',
    )
  const close = COMMANDS.find(({ name }) => name.startsWith(word) || word.startsWith(name))
  return usageFailure(
    io,
    `unknown command ${word}`,
    `${close ? `Did you mean f2f ${close.name}? ` : ''}See f2f --help`,
  )
}

async function version(): Promise<string> {
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return `f2f-recorder ${JSON.parse(file).version}`
}
