/** Formats text for a terminal: colours, lines, and no control characters from others. */
import { styleText } from 'node:util'
import { displayWidth } from './text-width.ts'

type Paint = (text: string) => string

/** Colours text by its meaning. Returns it unchanged if colours are off. */
export interface Style {
  strong: Paint
  weak: Paint
  good: Paint
  warn: Paint
  bad: Paint
  /** The columns that prose may take: those of the terminal, at least 40 and at most 100. */
  readonly width: number
  /** The columns of the terminal, at least 40. Infinity when the output is none. */
  readonly columns: number
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
    get width() {
      return Math.min(MOST_COLUMNS, this.columns)
    },
    // Read each time, because windows change their size. Some terminals report 0 columns.
    get columns() {
      return Math.max(LEAST_COLUMNS, stream.columns || Number.POSITIVE_INFINITY)
    },
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

/** Breaks a paragraph into lines of at most `limit` columns. Each line starts with `indent`. */
export function wrap(text: string, limit: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + displayWidth(`${line} ${word}`) > limit) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line].join('\n')
}
