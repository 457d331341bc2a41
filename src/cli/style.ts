/** Formats text for a terminal: colours, columns, and no control characters from others. */
import { styleText } from 'node:util'

type Paint = (text: string) => string

/** Colours text by its meaning. Returns it unchanged if colours are off. */
export interface Style {
  strong: Paint
  weak: Paint
  good: Paint
  warn: Paint
  bad: Paint
  /** The columns that a text may take: those of the terminal, at least 40 and at most 100. */
  width: number
}

const MOST_COLUMNS = 100
const LEAST_COLUMNS = 40

/** Turns colours on for a terminal that can show them, unless NO_COLOR is set (no-color.org). */
export function styleFor(
  stream: { isTTY?: boolean; columns?: number },
  env: NodeJS.ProcessEnv,
): Style {
  const isColoured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    (text) =>
      isColoured && text !== '' ? styleText(format, text, { validateStream: false }) : text
  return {
    strong: paint('bold'),
    weak: paint('gray'),
    good: paint('green'),
    warn: paint('yellow'),
    bad: paint('red'),
    width: Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, stream.columns ?? MOST_COLUMNS)),
  }
}

/**
 * Shows control characters and changes of writing direction as escapes. Tags and device names come
 * from others, and a terminal would obey such characters.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16)
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
  })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: `styleFor` has inserted these colours.
const COLOURS = /\u001b\[\d+m/g

function width(text: string): number {
  return [...text.replace(COLOURS, '')].length
}

/**
 * Formats rows as columns, two spaces apart. Each line starts with `indent`. Columns in `right` are
 * aligned right.
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

/** Breaks a paragraph into lines of at most `limit` characters. Each line starts with `indent`. */
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
