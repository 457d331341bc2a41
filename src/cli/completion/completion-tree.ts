/** Derives what a shell completes from the declarations of the commands. */
import type { Command, Completion, OptionSpec } from '../command.ts'
import { COMMON_OPTIONS, optionsOf } from '../parse-command-line.ts'

/**
 * A value that is completed. `list`: words separated by commas. `prefixes`: the value goes on after
 * the word. `recording`: an id, or one of the words. `text`: nobody knows the value.
 */
export interface CompletedValue {
  kind: 'words' | 'list' | 'prefixes' | 'text' | Completion
  words: readonly string[]
}

/** An option with its spellings. `value` is null for a flag. */
export interface CompletedOption {
  spellings: string[]
  help: string
  placeholder: string
  value: CompletedValue | null
  repeats: boolean
}

/** A command, or a group of them. */
export interface CompletionNode {
  /** The words after `f2f`, e.g. `token create`; empty for `f2f` itself. */
  name: string
  summary: string
  options: CompletedOption[]
  /** The words that may follow, each with its summary. Empty for a command. */
  children: { word: string; summary: string }[]
  /** The first argument of a command; null when there is none. */
  argument: CompletedValue | null
}

const TEXT: CompletedValue = { kind: 'text', words: [] }
const OWN_OPTIONS: Record<string, OptionSpec> = {
  home: COMMON_OPTIONS.home,
  json: COMMON_OPTIONS.json,
  help: { kind: 'flag', short: 'h', help: 'Show the list of commands.' },
  version: { kind: 'flag', short: 'V', help: 'Show the version.' },
}

/** Returns `f2f` itself, every group and every command, and `help` with what may follow it. */
export function completionTree(commands: readonly Command[]): CompletionNode[] {
  const names = commands.map(({ name }) => name.split(' '))
  const groups = [...new Set(names.flatMap(([first, second]) => (second ? [first!] : [])))]
  const helpNode = { word: 'help', summary: 'Show the help for a command.' }
  const versionNode = { word: 'version', summary: 'Show the version.' }
  const top = childrenOf('', commands)
  return [
    group('', '', [...top, helpNode, versionNode], optionList(OWN_OPTIONS)),
    ...groups.map((name) => group(name, `Commands of f2f ${name}.`, childrenOf(name, commands))),
    ...commands.map(leaf),
    group('help', helpNode.summary, top),
    ...groups.map((name) => group(`help ${name}`, helpNode.summary, childrenOf(name, commands))),
  ]
}

function group(
  name: string,
  summary: string,
  children: CompletionNode['children'],
  options: CompletedOption[] = [],
): CompletionNode {
  return { name, summary, options, children, argument: null }
}

function childrenOf(name: string, commands: readonly Command[]): CompletionNode['children'] {
  const below = name === '' ? '' : `${name} `
  const words = new Map<string, string>()
  for (const command of commands.filter((each) => each.name.startsWith(below))) {
    const [word = '', more] = command.name.slice(below.length).split(' ')
    words.set(word, more === undefined ? command.summary : `Commands of f2f ${word}.`)
  }
  return [...words].map(([word, summary]) => ({ word, summary }))
}

function leaf(command: Command): CompletionNode {
  const { name, summary, args } = command
  const argument = args ? completedValue(args.choices, args.completes, args.orWords) : null
  return { name, summary, options: optionList(optionsOf(command)), children: [], argument }
}

function optionList(specs: Record<string, OptionSpec>): CompletedOption[] {
  return Object.entries(specs).map(([name, spec]) => ({
    spellings: [...('short' in spec && spec.short ? [`-${spec.short}`] : []), `--${name}`],
    help: firstSentence(spec.help),
    placeholder: spec.kind === 'flag' ? '' : spec.value,
    value: optionValue(spec),
    repeats: spec.kind === 'list' || spec.kind === 'many',
  }))
}

function optionValue(spec: OptionSpec): CompletedValue | null {
  if (spec.kind === 'flag') return null
  if (spec.kind === 'text') return completedValue(spec.choices, spec.completes)
  if (spec.kind === 'list' && spec.choices) return { kind: 'list', words: spec.choices }
  if (spec.kind === 'many' && spec.prefixes) return { kind: 'prefixes', words: spec.prefixes }
  return TEXT
}

function completedValue(
  choices: readonly string[] | undefined,
  completes: Completion | undefined,
  words: readonly string[] = [],
): CompletedValue {
  if (choices) return { kind: 'words', words: choices }
  if (completes) return { kind: completes, words }
  return TEXT
}

/** A menu has one line for each option. */
function firstSentence(text: string): string {
  return text.split(/(?<=[.:]) (?=[A-Z])/)[0]!.replace(/[.:]$/, '')
}
