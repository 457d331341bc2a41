/** Help, made from the table of commands. */
import type { Command, OptionSpec } from './command.ts'
import { optionsOf, rangeOf } from './parse.ts'
import { type Style, wrap } from './style.ts'

const WIDTH = 100

const EXIT_CODES = [
  ['0', 'done'],
  [
    '1',
    'refused or failed: title, detail, remedy and code are printed on stderr, or with --json as JSON on stdout',
  ],
  ['2', 'wrong usage; nothing was asked of the recorder'],
]

const ENVIRONMENT = [
  ['F2F_HOME', 'home folder of the recorder, where --home is not given'],
  ['F2F_PORT', 'port of `f2f serve`, where --port is not given'],
  ['FFMPEG_BIN', 'ffmpeg program, where config.json names none'],
  ['NO_COLOR', 'with any value: no colours'],
]

/** Help for one command. */
export function commandHelp(command: Command, style: Style): string {
  return sections(style, [
    ['', wrap(`f2f ${command.name}: ${command.summary}`, WIDTH)],
    ['Usage', `  ${usageLine(command)}`],
    ['', command.description.map((paragraph) => wrap(paragraph, WIDTH)).join('\n\n')],
    [
      'Options',
      table(
        Object.entries(optionsOf(command)).map(([name, spec]) => [
          optionName(name, spec),
          describe(spec),
        ]),
      ),
    ],
    [
      'Examples',
      command.examples
        .map(({ line, does }) => `  ${style.strong(line)}\n${wrap(does, WIDTH, '      ')}`)
        .join('\n'),
    ],
    ['Exit codes', table(EXIT_CODES)],
    ['Environment', table(ENVIRONMENT)],
  ])
}

/** Help for the whole, or for a group of commands. */
export function overview(commands: readonly Command[], style: Style, group?: string): string {
  const shown = group ? commands.filter(({ name }) => name.startsWith(`${group} `)) : commands
  return sections(style, [
    ['', group ? '' : 'f2f: record microphone, speaker and screen, and tag what was recorded'],
    ['Usage', `  f2f ${group ? `${group} ` : ''}COMMAND [options]`],
    ['Commands', table(shown.map((command) => [commandLine(command), command.summary]))],
    [
      'A first session',
      group
        ? ''
        : [
            '  f2f serve                                   in one terminal; the others talk to it',
            '  f2f start --media mic,screen --tag desk=3   in another',
            '  f2f status',
            '  f2f stop && f2f tag outcome=signed && f2f close',
          ].join('\n'),
    ],
    ['Exit codes', table(EXIT_CODES)],
    ['Environment', table(ENVIRONMENT)],
    [
      '',
      'f2f help COMMAND, or f2f COMMAND --help, shows a command with its options and examples; f2f --version the version.',
    ],
  ])
}

/** A command's usage, on one line. */
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

function describe(spec: OptionSpec): string {
  const choices = 'choices' in spec && spec.choices ? spec.choices.join(', ') : null
  switch (spec.kind) {
    case 'flag':
      return spec.help
    case 'text':
      return choices === null ? spec.help : `${spec.help} One of ${choices}.`
    case 'number':
      return `${spec.help} A whole number ${rangeOf(spec)}.`
    case 'list':
      return `${spec.help} ${choices === null ? 'Several' : `Of ${choices}; several`} are separated by commas.`
    case 'many':
      return `${spec.help} May be given several times.`
  }
}

function table(rows: readonly (readonly string[])[]): string {
  const first = Math.max(...rows.map(([name]) => name!.length))
  return rows
    .flatMap(([name, text]) =>
      wrap(text!, WIDTH - first - 4)
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
