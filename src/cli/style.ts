/**
 * How text looks on a terminal: colours where they are wanted, columns, and nothing that a terminal
 * would obey.
 */
import { styleText } from 'node:util'

type Paint = (text: string) => string

/** Marks for meaning; each leaves the text as it is where colours are not wanted. */
export interface Style {
  strong: Paint
  weak: Paint
  good: Paint
  warn: Paint
  bad: Paint
}

/** Colours only on a terminal that can show them, and not against NO_COLOR (no-color.org). */
export function styleFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  const wanted = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    (text) =>
      wanted && text !== '' ? styleText(format, text, { validateStream: false }) : text
  return {
    strong: paint('bold'),
    weak: paint('gray'),
    good: paint('green'),
    warn: paint('yellow'),
    bad: paint('red'),
  }
}

/**
 * Shows control characters and changes of writing direction as escapes: tags and device names are
 * written by others, and a terminal would obey them.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16)
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
  })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours that `styleFor` has put in.
const COLOURS = /\u001b\[\d+m/g

function width(text: string): number {
  return [...text.replace(COLOURS, '')].length
}

/**
 * Rows as columns, two spaces apart, each line behind `indent`. Columns in `right` are flush right.
 */
export function columns(
  rows: readonly string[][],
  options: { indent?: string; right?: number[] } = {},
): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, width(cell))
  return rows
    .map((row) => {
      const cells = row.map((cell, index) => {
        const space = ' '.repeat(widths[index]! - width(cell))
        return options.right?.includes(index) ? space + cell : cell + space
      })
      return `${options.indent ?? ''}${cells.join('  ')}`.trimEnd()
    })
    .join('\n')
}

/** Breaks a paragraph into lines of at most `limit` characters, each behind `indent`. */
export function wrap(text: string, limit: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > limit) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line].join('\n')
}
