import { readFileSync } from 'node:fs'
import type { ClientSide } from '../../src/contract/by.ts'
import type { MachineCommandName } from '../../src/contract/commands.ts'

/** Where a recording stands: none, or who started it and how far it has come. */
export type Standing = 'none' | `${ClientSide} ${'Active' | 'Paused' | 'WrapUp'}`

/**
 * One cell of the table: a side gives a command in a standing, and gets `yes`, or the code of a
 * refusal.
 */
export interface Cell {
  side: ClientSide
  command: MachineCommandName
  standing: Standing
  expected: string
}

const COMMANDS: Record<string, MachineCommandName[]> = {
  'start (new recording)': ['recording.start'],
  'start / stop / pause / resume a medium': [
    'track.start',
    'track.stop',
    'track.pause',
    'track.resume',
  ],
  tag: ['recording.tag'],
  consent: ['recording.consent'],
  close: ['recording.close'],
}
const COLUMNS: Standing[][] = [
  ['none'],
  ['api Active', 'api Paused'],
  ['ui Active', 'ui Paused'],
  ['api WrapUp', 'ui WrapUp'],
]

/** Reads the table of who may do what from the README: the promise itself is what is tested. */
export function arbitrationTable(): Cell[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = readme.split('\n').filter((line) => /^\| (API|UI) /.test(line))
  const cells = rows.flatMap((row) => {
    const [who = '', ...texts] = row
      .split('|')
      .map((text) => text.trim())
      .slice(1, -1)
    const side: ClientSide = who.startsWith('API') ? 'api' : 'ui'
    const commands = COMMANDS[who.replace(/^(API|UI) /, '')]
    if (!commands || texts.length !== COLUMNS.length)
      throw new Error(`the table has a row nobody knows: ${row}`)
    return COLUMNS.flatMap((standings, column) =>
      standings.flatMap((standing) =>
        commands.map((command) => ({
          side,
          command,
          standing,
          expected: expectation(texts[column] ?? '', standing),
        })),
      ),
    )
  })
  if (rows.length !== 10) throw new Error(`the table has ${rows.length} rows, not 10`)
  return cells
}

function expectation(text: string, standing: Standing): string {
  const controller = standing.startsWith('ui') ? 'UI' : 'API'
  const part = text.includes('controller API:')
    ? (new RegExp(`controller ${controller}: ([^;]+)`).exec(text)?.[1] ?? '')
    : text
  if (/^\*{0,2}yes/.test(part)) return 'yes'
  if (part.startsWith('404')) return 'NO_CURRENT_RECORDING'
  const code = /409 `([A-Z_]+)`/.exec(part)?.[1]
  if (!code) throw new Error(`a cell says nothing that can be tested: ${text}`)
  return code
}
