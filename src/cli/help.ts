/** Builds the help texts from the declarations of the commands. */
import type { Command, OptionSpec } from './command.ts'
import { optionsOf, rangeText } from './parse-command-line.ts'
import { type Style, wrap } from './text/style.ts'

/** Exit codes of every command, with their meaning. */
export const EXIT_CODES = [
  ['0', 'The command succeeded.'],
  [
    '1',
    'The command was refused or failed. stderr explains what happened and what to do; with --json, stdout has it as JSON.',
  ],
  ['2', 'The command line has a mistake (wrong usage). Nothing was sent to the recorder.'],
]

/** Variables that f2f reads, with their meaning. */
export const ENVIRONMENT = [
  ['F2F_HOME', 'Home folder of the recorder, unless --home is given.'],
  ['F2F_PORT', 'Port of `f2f serve`, unless --port is given.'],
  ['FFMPEG_BIN', 'The ffmpeg program, unless config.json names one.'],
  ['NO_COLOR', 'Any value turns colours off.'],
]

/** Command lines of a first recording, with what a beginner has to know. */
export const FIRST_RECORDING = [
  ['f2f serve', 'Run this in one terminal and leave it open.'],
  ['f2f start --media mic,screen --tag desk=3', 'Run this and the rest in another terminal.'],
  ['f2f status', ''],
  ['f2f stop && f2f tag outcome=signed && f2f close', ''],
] as const

/** Returns the help for one command. */
export function commandHelp(command: Command, style: Style): string {
  return sections(style, [
    ['', wrap(command.summary, style.width)],
    ['Usage', `  ${usageLine(command)}`],
    ['', command.description.map((paragraph) => wrap(paragraph, style.width)).join('\n\n')],
    [
      'Options',
      table(
        Object.entries(optionsOf(command)).map(([name, spec]) => [
          optionName(name, spec),
          optionText(spec),
        ]),
        style,
      ),
    ],
    [
      'Examples',
      command.examples
        .map(({ line, does }) => `  ${style.strong(line)}\n${wrap(does, style.width, '      ')}`)
        .join('\n'),
    ],
    ['Exit codes', table(EXIT_CODES, style)],
    ['Environment', table(ENVIRONMENT, style)],
  ])
}

/** Returns the help for all commands, or for a group of them. */
export function overview(commands: readonly Command[], style: Style, group?: string): string {
  const shown = group ? commands.filter(({ name }) => name.startsWith(`${group} `)) : commands
  return sections(style, [
    [
      '',
      group
        ? ''
        : wrap('Records microphone, speaker and screen, and tags the recordings.', style.width),
    ],
    ['Usage', `  f2f ${group ? `${group} ` : ''}COMMAND [options]`],
    [
      'Commands',
      table(
        shown.map((command) => [commandLine(command), command.summary]),
        style,
      ),
    ],
    ['Your first recording', group ? '' : firstRecording(style)],
    ['Exit codes', table(EXIT_CODES, style)],
    ['Environment', table(ENVIRONMENT, style)],
    [
      '',
      wrap(
        'Run f2f help COMMAND or f2f COMMAND --help for the options and examples of a command, and f2f --version for the version.',
        style.width,
      ),
    ],
  ])
}

/** Command lines with what they do beside them; on a narrow terminal below them. */
function firstRecording({ width }: Style): string {
  const beside = FIRST_RECORDING.map(([line, does]) => `  ${line.padEnd(42)}  ${does}`.trimEnd())
  if (beside.every((line) => line.length <= width)) return beside.join('\n')
  return FIRST_RECORDING.map(([line, does]) =>
    does === '' ? `  ${line}` : `  ${line}\n${wrap(does, width, '      ')}`,
  ).join('\n')
}

/** Returns a command's usage, on one line. */
export function usageLine(command: Command): string {
  return `f2f ${commandLine(command)} [options]`
}

function commandLine(command: Command): string {
  return command.args ? `${command.name} ${command.args.usage}` : command.name
}

function optionName(name: string, spec: OptionSpec): string {
  const short = 'short' in spec && spec.short ? `-${spec.short}, ` : ''
  return spec.kind === 'flag' ? `${short}--${name}` : `${short}--${name} ${spec.value}`
}

/** Returns the whole help text of an option, with its choices or range. */
export function optionText(spec: OptionSpec): string {
  const choices = 'choices' in spec && spec.choices ? spec.choices.join(', ') : null
  switch (spec.kind) {
    case 'flag':
      return spec.help
    case 'text':
      return choices === null ? spec.help : `${spec.help} One of ${choices}.`
    case 'number':
      return `${spec.help} A whole number ${rangeText(spec)}.`
    case 'list':
      return `${spec.help} ${choices === null ? '' : `One or more of ${choices}. `}Separate several with commas.`
    case 'many':
      return `${spec.help} May be given several times.`
  }
}

/** Names and texts in two columns; on a narrow terminal each text is below its name. */
function table(rows: readonly (readonly string[])[], { width }: Style): string {
  const first = Math.max(...rows.map(([name]) => name!.length))
  if (first > width / 2)
    return rows.map(([name, text]) => `  ${name}\n${wrap(text!, width, '      ')}`).join('\n')
  return rows
    .flatMap(([name, text]) =>
      wrap(text!, width - first - 4)
        .split('\n')
        .map((line, index) => `  ${(index === 0 ? name! : '').padEnd(first)}  ${line}`),
    )
    .join('\n')
}

function sections(
  style: Style,
  parts: readonly (readonly [title: string, body: string])[],
): string {
  return parts
    .filter(([, body]) => body !== '')
    .map(([title, body]) => (title === '' ? body : `${style.strong(title)}\n${body}`))
    .join('\n\n')
}
