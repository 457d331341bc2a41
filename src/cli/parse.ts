/** From argv to a command's values, by its table entry. */
import { parseArgs } from 'node:util'
import type { Command, OptionSpec } from './command.ts'
import { UsageError } from './problem.ts'

/** Options that every command has. */
export const COMMON_OPTIONS = {
  home: {
    kind: 'text',
    value: 'FOLDER',
    help: 'Home folder of the recorder. Default: F2F_HOME, else the platform’s place for application data.',
  },
  json: {
    kind: 'flag',
    help: 'Print one JSON document on stdout: the answer, or the problem when the exit code is 1.',
  },
  help: { kind: 'flag', short: 'h', help: 'Show this help.' },
} satisfies Record<string, OptionSpec>

/** All options of a command, its own before the common ones. */
export function optionsOf(command: Command): Record<string, OptionSpec> {
  const { json, ...others } = COMMON_OPTIONS
  return { ...command.options, ...(command.json === false ? {} : { json }), ...others }
}

/** The value of an option. */
export type OptionValue = boolean | string | number | string[]

/** The values of a command line. */
export interface Parsed {
  options: Record<string, OptionValue>
  args: string[]
}

/** Reads a command's arguments. Throws {@link UsageError}, without repeating values. */
export function parseCommandLine(command: Command, argv: readonly string[]): Parsed {
  const specs = optionsOf(command)
  const { values, positionals } = strictly(specs, argv)
  if (values.help === true) return { options: { help: true }, args: [] }
  const options = Object.fromEntries(
    Object.entries(values).map(([name, raw]) => [
      name,
      convert(name, specs[name]!, raw as string | string[] | boolean),
    ]),
  )
  const { usage, min, max } = command.args ?? { usage: '', min: 0, max: 0 }
  if (positionals.length < min) throw new UsageError(`${usage} is missing`)
  if (positionals.length > max)
    throw new UsageError(max === 0 ? 'takes options only' : `takes only ${usage}`)
  return { options, args: positionals }
}

function strictly(specs: Record<string, OptionSpec>, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.kind === 'flag' ? ('boolean' as const) : ('string' as const),
        multiple: spec.kind === 'list' || spec.kind === 'many',
        ...('short' in spec && spec.short ? { short: spec.short } : {}),
      },
    ]),
  )
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (cause) {
    // Node adds advice for programmers behind the first sentence.
    const message = cause instanceof Error ? cause.message.split(/\. |\n/)[0]! : String(cause)
    throw new UsageError(message.replace(/\.$/, ''), { cause })
  }
}

function convert(name: string, spec: OptionSpec, raw: string | string[] | boolean): OptionValue {
  switch (spec.kind) {
    case 'flag':
    case 'many':
      return raw
    case 'text':
      return oneOf(name, spec.choices, raw as string)
    case 'list':
      return (raw as string[])
        .flatMap((part) => part.split(','))
        .map((part) => oneOf(name, spec.choices, part.trim()))
    case 'number': {
      const value = /^\d+$/.test(raw as string) ? Number(raw) : Number.NaN
      const { min, max = Number.MAX_SAFE_INTEGER } = spec
      if (!(value >= min && value <= max))
        throw new UsageError(`--${name} takes a whole number ${rangeOf(spec)}`)
      return value
    }
  }
}

/** The range of a number, in words. */
export function rangeOf({ min, max }: { min: number; max?: number }): string {
  return max === undefined ? `from ${min}` : `from ${min} to ${max}`
}

function oneOf(name: string, choices: readonly string[] | undefined, value: string): string {
  if (value === '') throw new UsageError(`--${name} is empty`)
  if (choices && !choices.includes(value))
    throw new UsageError(`--${name} takes ${choices.join(', ')}`)
  return value
}
