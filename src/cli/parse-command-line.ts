/** Parses argv into a command's values, as its declaration says. */
import { parseArgs } from 'node:util'
import { didYouMean } from '../contract/did-you-mean.ts'
import type { Arguments, Command, OptionSpec } from './command.ts'
import { UsageError } from './problem.ts'

/** Options that every command has. */
export const COMMON_OPTIONS = {
  home: {
    kind: 'text',
    value: 'FOLDER',
    completes: 'folder',
    help: 'Home folder of the recorder. Default: F2F_HOME, else the platform’s folder for application data.',
  },
  json: {
    kind: 'flag',
    help: 'Print one JSON document on stdout: the answer, or the problem when the exit code is 1.',
  },
  help: { kind: 'flag', short: 'h', help: 'Show this help.' },
} satisfies Record<string, OptionSpec>

/** Returns all options of a command, its own before the common ones. */
export function optionsOf(command: Command): Record<string, OptionSpec> {
  const { json, ...others } = COMMON_OPTIONS
  return { ...command.options, ...(command.json === false ? {} : { json }), ...others }
}

const OPTIONAL_ARGUMENT = /\[[^\]]*\]\s*/g

/** The value of an option. */
export type OptionValue = boolean | string | number | string[]

/** The values on a command line. */
export interface ParsedCommandLine {
  options: Record<string, OptionValue>
  args: string[]
}

/** Parses a command's arguments. Throws {@link UsageError}, whose message repeats no value. */
export function parseCommandLine(command: Command, argv: readonly string[]): ParsedCommandLine {
  const specs = optionsOf(command)
  const { values, positionals } = parseStrictly(specs, argv)
  if (values.help === true) return { options: { help: true }, args: [] }
  const options = Object.fromEntries(
    Object.entries(values).map(([name, raw]) => [
      name,
      convert(name, specs[name]!, raw as string | string[] | boolean),
    ]),
  )
  const { usage, min, max, choices }: Arguments = command.args ?? { usage: '', min: 0, max: 0 }
  if (positionals.includes(''))
    throw new UsageError('There is an empty argument. Perhaps a variable of the shell is not set.')
  if (positionals.length < min)
    throw new UsageError(`The argument ${usage.replace(OPTIONAL_ARGUMENT, '')} is missing.`)
  if (positionals.length > max)
    throw new UsageError(
      max === 0
        ? 'There are arguments, but this command has options only.'
        : `There are too many arguments; this command accepts ${usage}.`,
    )
  if (choices && !positionals.every((argument) => choices.includes(argument)))
    throw new UsageError(`The argument ${usage} must be one of ${choices.join(', ')}.`)
  return { options, args: positionals }
}

function parseStrictly(specs: Record<string, OptionSpec>, argv: readonly string[]) {
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
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(explain(message, specs), { cause })
  }
}

/** Says what is wrong with an option, from Node's message for programmers. */
function explain(message: string, specs: Record<string, OptionSpec>): string {
  const name = /--([\w-]+)/.exec(message)?.[1] ?? ''
  const spec = specs[name]
  if (spec?.kind === 'flag') return `The option --${name} takes no value.`
  if (spec !== undefined && message.includes('missing'))
    return `The option --${name} needs a value: ${spec.value}.`
  if (spec !== undefined && message.includes('ambiguous'))
    return `The option --${name} needs a value. Write one that begins with a hyphen as --${name}=….`
  const similar = message.startsWith('Unknown') && didYouMean(name, Object.keys(specs))
  return firstSentence(message) + (similar ? ` Did you mean --${similar}?` : '')
}

/** Node's message, without the advice for programmers that follows its first sentence. */
function firstSentence(message: string): string {
  return `${message.split(/\. |\.?\n|\.$/)[0]}.`
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
        throw new UsageError(`The option --${name} needs a whole number ${rangeText(spec)}.`)
      return value
    }
  }
}

/** Describes the range of a number. */
export function rangeText({ min, max }: { min: number; max?: number }): string {
  return max === undefined ? `from ${min}` : `from ${min} to ${max}`
}

function oneOf(name: string, choices: readonly string[] | undefined, value: string): string {
  if (value === '') throw new UsageError(`The option --${name} has an empty value.`)
  if (choices && !choices.includes(value))
    throw new UsageError(`The option --${name} accepts ${choices.join(', ')}.`)
  return value
}
