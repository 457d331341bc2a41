/** Builds the man pages from the declarations of the commands. */
import type { Command, OptionSpec } from '../command.ts'
import { ENVIRONMENT, EXIT_CODES, FIRST_RECORDING, optionText } from '../help.ts'
import { COMMON_OPTIONS, optionsOf } from '../parse-command-line.ts'
import { bold, escapeRoff, italic, page, paragraphs, prose, references, terms } from './roff.ts'

/** Files that a user may have to find. They are in the home folder. */
const FILES = [
  ['config.json', 'Settings of the recorder. The file is optional.'],
  ['token', 'The home token. Whoever has it controls the recorder.'],
  ['daemon.json', 'The address of the running recorder.'],
  ['api.sock', 'The Unix socket of the running recorder.'],
  ['log/', 'The event log. Keep it together with log.witness.'],
  ['recordings/', 'The media, in one folder for each recording.'],
] as const

const HOME_FOLDER =
  'These files are in the home folder, which `--home` or F2F_HOME names. Default: ' +
  '~/.local/share/f2f-recorder (Linux), ~/Library/Application Support/f2f-recorder (macOS).'

/** Returns every man page by the name of its file: `f2f.1`, and one for each command. */
export function manPages(commands: readonly Command[], version: string): Map<string, string> {
  const pages = commands.map(
    (command) => [`${pageName(command)}.1`, commandPage(command, commands, version)] as const,
  )
  return new Map([['f2f.1', mainPage(commands, version)], ...pages])
}

function pageName({ name }: Command): string {
  return `f2f-${name.replaceAll(' ', '-')}`
}

function mainPage(commands: readonly Command[], version: string): string {
  const rows = commands.map((command) => [synopsis(command), command.summary] as const)
  const examples = FIRST_RECORDING.map(([line, does]) => [bold(line), does] as const)
  return page({ name: 'f2f', version }, [
    ['NAME', escapeRoff('f2f - record microphone, speaker and screen, and tag the recordings')],
    ['SYNOPSIS', `${bold('f2f')} ${italic('COMMAND')} [${italic('options')}]`],
    [
      'DESCRIPTION',
      paragraphs([
        'The recorder runs on the desktop of a person who serves customers face to face. ' +
          '`f2f serve` runs it. All other commands are clients of its REST API.',
        'Every command has a page of its own, e.g. f2f-start(1). `f2f help COMMAND` shows nearly ' +
          'the same.',
      ]),
    ],
    ['COMMANDS', terms(rows)],
    [
      'OPTIONS',
      terms([
        ...optionRows(COMMON_OPTIONS),
        [`${bold('-V')}, ${bold('--version')}`, 'Show the version.'],
      ]),
    ],
    ...commonSections(),
    ['EXAMPLES', terms(examples)],
    ['SEE ALSO', references(commands.map(pageName))],
  ])
}

function commandPage(command: Command, commands: readonly Command[], version: string): string {
  const examples = command.examples.map(({ line, does }) => [bold(line), does] as const)
  return page({ name: pageName(command), version }, [
    ['NAME', `${escapeRoff(`${pageName(command)} - `)}${prose(lowerCase(command.summary))}`],
    ['SYNOPSIS', `${synopsis(command)} [${italic('options')}]`],
    ['DESCRIPTION', paragraphs(command.description)],
    ['OPTIONS', terms(optionRows(optionsOf(command)))],
    ...commonSections(),
    ['EXAMPLES', terms(examples)],
    ['SEE ALSO', references(['f2f', ...relatedTo(command, commands).map(pageName)])],
  ])
}

function synopsis({ name, args }: Command): string {
  return bold(`f2f ${name}`) + (args === undefined ? '' : ` ${italic(args.usage)}`)
}

function optionRows(specs: Record<string, OptionSpec>): (readonly [string, string])[] {
  return Object.entries(specs).map(([name, spec]) => {
    const short = 'short' in spec && spec.short ? `${bold(`-${spec.short}`)}, ` : ''
    const value = spec.kind === 'flag' ? '' : ` ${italic(spec.value)}`
    return [`${short}${bold(`--${name}`)}${value}`, optionText(spec)] as const
  })
}

function commonSections(): (readonly [string, string])[] {
  const rows = (table: readonly (readonly string[])[]) =>
    terms(table.map(([term = '', text = '']) => [bold(term), text] as const))
  return [
    ['EXIT STATUS', rows(EXIT_CODES)],
    ['ENVIRONMENT', rows(ENVIRONMENT)],
    ['FILES', `${prose(HOME_FOLDER)}\n${rows(FILES)}`],
  ]
}

/** Returns the other commands that a command's help mentions, and those of its group. */
function relatedTo(command: Command, commands: readonly Command[]): Command[] {
  const specs = Object.values(optionsOf(command))
  const text = [
    ...command.description,
    ...specs.map(({ help }) => help),
    ...command.examples.flatMap(({ line, does }) => [line, does]),
  ].join(' ')
  const [group, second] = command.name.split(' ')
  return commands.filter(
    (other) =>
      other !== command &&
      (new RegExp(`\\bf2f ${other.name}\\b`).test(text) ||
        (second !== undefined && other.name.startsWith(`${group} `))),
  )
}

/** Man pages name their topic without capital and full stop. */
function lowerCase(summary: string): string {
  return summary[0]!.toLowerCase() + summary.slice(1).replace(/\.$/, '')
}
