/**
 * Runs one command line: finds the command, passes it its input, prints its result and returns the
 * exit code.
 */
import { readFile } from 'node:fs/promises'
import { didYouMean } from '../contract/did-you-mean.ts'
import { resolveHome } from '../home/home.ts'
import type { Command, CommandResult, Io } from './command.ts'
import { COMMANDS } from './commands/commands.ts'
import { createApi } from './connection/api.ts'
import { MAY_HAVE_ACTED } from './connection/connection-error.ts'
import { commandHelp, overview, usageLine } from './help.ts'
import { parseCommandLine } from './parse-command-line.ts'
import { UsageError } from './problem.ts'
import { problemText, toProblem } from './text/problem-text.ts'
import { type Style, styleFor } from './text/style.ts'

/** 0 done, 1 refused or failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2

/** Runs a command line (without node and script). Never throws. */
export async function run(line: readonly string[], io: Io): Promise<ExitCode> {
  const argv = commandFirst(line)
  const style = styleFor(io.stdout, io.env)
  const [first = '', second = ''] = argv
  if (first === '') return usageError(io, 'f2f needs a command.', overview(COMMANDS, style))
  if (first === '--version' || first === '-V' || (first === 'version' && second === ''))
    return print(io, await version())
  if (first === '--help' || first === '-h') return print(io, overview(COMMANDS, style))
  if (first === 'help') return help(argv.slice(1), io, style)
  const command = find(first, second)
  if (command) return runCommand(command, argv.slice(command.name.split(' ').length), io, style)
  if (!isGroup(first)) return unknownCommand(first, io)
  if (second === '--help' || second === '-h') return print(io, overview(COMMANDS, style, first))
  const shown = find(first, 'show')
  if (shown && (second === '' || second.startsWith('-')))
    return runCommand(shown, argv.slice(1), io, style)
  const placed = find(first, 'place')
  if (placed && second !== '' && !second.startsWith('-'))
    return runCommand(placed, argv.slice(1), io, style)
  if (second !== '' && !second.startsWith('-')) return unknownCommand(`${first} ${second}`, io)
  return usageError(io, `f2f ${first} needs a command.`, overview(COMMANDS, style, first))
}

/** Moves common options that stand before the command behind it. */
function commandFirst(line: readonly string[]): readonly string[] {
  let at = 0
  while (line[at] === '--json' || line[at]?.startsWith('--home') === true)
    at += line[at] === '--home' ? 2 : 1
  if (at === 0 || line[at] === undefined) return line
  const words = isGroup(line[at] as string) ? 2 : 1
  return [...line.slice(at, at + words), ...line.slice(0, at), ...line.slice(at + words)]
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
  if (!isGroup(first)) return unknownCommand(first, io)
  if (second !== '' && !second.startsWith('-')) return unknownCommand(`${first} ${second}`, io)
  return print(io, overview(COMMANDS, style, first))
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
    const api = createApi(home, {
      onWait: () => (json ? () => {} : showWaiting(io)),
      onInterrupt: () => showInterrupted(io),
    })
    const result = await command.run({
      ...{ options, args, home, api, io, style, json },
      commands: COMMANDS,
    })
    return result === null ? 0 : printResult(result, json, io)
  } catch (error) {
    if (error instanceof UsageError)
      return usageError(
        io,
        `f2f ${command.name}: ${error.message}`,
        `Usage: ${usageLine(command)}\nSee f2f help ${command.name}.`,
      )
    const problem = toProblem(error)
    if (json) io.stdout.write(`${JSON.stringify(problem)}\n`)
    else io.stderr.write(problemText(problem, styleFor(io.stderr, io.env)))
    return 1
  }
}

function showInterrupted({ stderr }: Io): void {
  stderr.write(`\nInterrupted. ${MAY_HAVE_ACTED}\n`)
}

function printResult(
  { json, text, note, exitCode = 0 }: CommandResult,
  asJson: boolean,
  io: Io,
): ExitCode {
  io.stdout.write(`${asJson ? JSON.stringify(json) : text}\n`)
  if (note !== undefined && !asJson) io.stderr.write(`${note}\n`)
  return exitCode
}

/** Shows on a terminal that the answer is awaited. Returns a function that removes the text. */
function showWaiting({ stderr }: Io): () => void {
  if (!stderr.isTTY) return () => {}
  stderr.write('Waiting for the recorder…')
  return () => stderr.write('\r\u001b[K')
}

function print(io: Io, text: string): ExitCode {
  io.stdout.write(`${text}\n`)
  return 0
}

function usageError({ stderr }: Io, message: string, advice: string): ExitCode {
  stderr.write(`${message}\n${advice}\n`)
  return 2
}

/** `name`: one word, or a group and one word. */
function unknownCommand(name: string, io: Io): ExitCode {
  if (name.startsWith('-'))
    return usageError(
      io,
      `There is no option ${name} of f2f itself.`,
      'The command comes first: f2f COMMAND [options]. See f2f --help.',
    )
  const words = name.split(' ').length
  const names = new Set(COMMANDS.map((known) => known.name.split(' ').slice(0, words).join(' ')))
  const similar = didYouMean(name, [...names])
  const group = words > 1 ? `${name.split(' ')[0]} ` : ''
  return usageError(
    io,
    `There is no command ${name}.`,
    `${similar ? `Did you mean f2f ${similar}? ` : ''}See f2f ${group}--help.`,
  )
}

async function version(): Promise<string> {
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return `f2f-recorder ${JSON.parse(file).version}`
}
