/** Declares commands. Parsing, help and running all follow from a command's declaration. */
import type { Home } from '../home/home.ts'
import type { Api } from './connection/api.ts'
import type { Style } from './text/style.ts'

/** A kind of value that a shell completes from what exists at that moment. */
export type Completion = 'file' | 'folder' | 'recording'

/** Declares an option. `value` is the placeholder of its value in help texts. */
export type OptionSpec =
  | { kind: 'flag'; help: string; short?: string }
  | {
      kind: 'text'
      value: string
      help: string
      choices?: readonly string[]
      completes?: Completion
      short?: string
    }
  /** A whole number of at least `min`, at most `max`. */
  | { kind: 'number'; value: string; help: string; min: number; max?: number }
  /** Comma-separated values. The option may be given several times. */
  | { kind: 'list'; value: string; help: string; choices?: readonly string[] }
  /** One value; commas belong to it. `prefixes`: how it can begin. May be given several times. */
  | { kind: 'many'; value: string; help: string; prefixes?: readonly string[] }

/** The choices of an option that has some, which parsing has checked; otherwise any text. */
type TextOf<S extends OptionSpec> = S extends { choices: readonly (infer C)[] } ? C : string

type ValueOf<S extends OptionSpec> = S['kind'] extends 'flag'
  ? boolean
  : S['kind'] extends 'text'
    ? TextOf<S>
    : S['kind'] extends 'number'
      ? number
      : TextOf<S>[]

/** The values of a command's options. An option that was not given is absent. */
export type OptionValues<O extends Record<string, OptionSpec>> = { [K in keyof O]?: ValueOf<O[K]> }

/** Streams and environment of a command. Tests replace them. */
export interface Io {
  stdout: {
    write(text: string): unknown
    isTTY?: boolean
    columns?: number
    rows?: number
    once?(event: string, listener: () => void): unknown
    off?(event: string, listener: () => void): unknown
  }
  stderr: { write(text: string): unknown; isTTY?: boolean; columns?: number }
  /** `setRawMode`: each key at once, on a terminal. `destroy`: no further input is awaited. */
  stdin: AsyncIterable<string | Uint8Array> & {
    isTTY?: boolean
    setRawMode?(isRaw: boolean): unknown
    destroy?(): unknown
  }
  env: NodeJS.ProcessEnv
}

/** Input of a command. */
export interface Input<O extends Record<string, OptionSpec> = Record<string, OptionSpec>> {
  options: OptionValues<O>
  args: string[]
  /** The output is for a program. */
  json: boolean
  home: Home
  api: Api
  io: Io
  style: Style
  /** All commands, for a command that describes them. */
  commands: readonly Command[]
}

/** Output of a command: `json` for programs, `text` for people, `note` for people on stderr. */
export interface CommandResult {
  json: unknown
  text: string
  note?: string
  exitCode?: 0 | 1
}

/** Declares arguments: their usage text, how many are allowed, and what the first one can be. */
export interface Arguments {
  usage: string
  min: number
  max: number
  choices?: readonly string[]
  completes?: Completion
  /** Words that the first one can be besides what `completes` names. */
  orWords?: readonly string[]
}

/** Declaration of a command. */
export interface CommandSpec<O extends Record<string, OptionSpec>> {
  /** One word, or two for a group (`token create`). */
  name: string
  /** One sentence for the list of commands. */
  summary: string
  /** Arguments besides options. */
  args?: Arguments
  /** Paragraphs. */
  description: string[]
  options: O
  /** Complete command lines, each with what it does. */
  examples: { line: string; does: string }[]
  /** Runs the command. Returns null if it has printed its own output. */
  run(input: Input<O>): Promise<CommandResult | null>
  /** False: the command has no output for programs, and no `--json`. */
  json?: false
}

// biome-ignore lint/suspicious/noExplicitAny: COMMANDS lists commands with different options; `defineCommand` checks each.
export type Command = CommandSpec<any>

/** Declares a command. The types of its values follow from its options. */
export function defineCommand<const O extends Record<string, OptionSpec>>(
  spec: CommandSpec<O>,
): Command {
  return spec
}
