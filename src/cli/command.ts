/** How a command is declared: one table entry from which parsing, help and running are made. */
import type { Home } from '../home.ts'
import type { Api } from './api.ts'
import type { Style } from './style.ts'

/** Describes an option. Each has a help text; `value` names what stands behind it. */
export type OptionSpec =
  | { kind: 'flag'; help: string; short?: string }
  | { kind: 'text'; value: string; help: string; choices?: readonly string[]; short?: string }
  /** A whole number of at least `min`, at most `max`. */
  | { kind: 'number'; value: string; help: string; min: number; max?: number }
  /** Comma-separated, and may be given more than once. */
  | { kind: 'list'; value: string; help: string; choices?: readonly string[] }
  /** May be given more than once; commas belong to the value. */
  | { kind: 'many'; value: string; help: string }

type ValueOf<S extends OptionSpec> = S['kind'] extends 'flag'
  ? boolean
  : S['kind'] extends 'text'
    ? string
    : S['kind'] extends 'number'
      ? number
      : string[]

/** The values of a command's options; what was not given is absent. */
export type OptionValues<O extends Record<string, OptionSpec>> = { [K in keyof O]?: ValueOf<O[K]> }

/** The world outside of a command, so that tests can give it another. */
export interface Io {
  stdout: { write(text: string): unknown; isTTY?: boolean }
  stderr: { write(text: string): unknown; isTTY?: boolean }
  stdin: AsyncIterable<string | Uint8Array>
  env: NodeJS.ProcessEnv
}

/** Input of a command. */
export interface Input<O extends Record<string, OptionSpec> = Record<string, OptionSpec>> {
  options: OptionValues<O>
  args: string[]
  /** The answer is for a program. */
  json: boolean
  home: Home
  api: Api
  io: Io
  style: Style
}

/**
 * Output of a command: `json` for programs, `text` for people; `note` goes to stderr, for
 * people only.
 */
export interface CommandResult {
  json: unknown
  text: string
  note?: string
  exitCode?: 0 | 1
}

/** A command as it is declared. */
export interface CommandSpec<O extends Record<string, OptionSpec>> {
  /** One word, or two for a group (`token create`). */
  name: string
  /** One line for the list of commands. */
  summary: string
  /** Arguments besides options, as usage shows them, and how many there may be. */
  args?: { usage: string; min: number; max: number }
  /** Paragraphs. */
  description: string[]
  options: O
  /** Command lines that work as they stand, with what they do. */
  examples: { line: string; does: string }[]
  /** Prints an outcome of its own where null. */
  run(input: Input<O>): Promise<CommandResult | null>
  /** False: the command has nothing to say to programs, and no `--json`. */
  json?: false
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds commands of different options; `defineCommand` has checked each.
export type Command = CommandSpec<any>

/** Declares a command; the types of its values follow from its options. */
export function defineCommand<const O extends Record<string, OptionSpec>>(
  spec: CommandSpec<O>,
): Command {
  return spec
}
