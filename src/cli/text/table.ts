/** Formats tables that fit the terminal. */
import type { Style } from './style.ts'
import { displayWidth, shorten } from './text-width.ts'

/** A column of a table. */
export interface Column {
  title?: string
  /** The column is aligned right. */
  right?: true
  /** Importance: columns of rank 0 always appear; of the others, the highest give way first. */
  rank: number
  /** Width to which cells may be shortened. Without it they never are, e.g. an id. */
  least?: number
}

/** Where a table appears. */
export interface TableOptions {
  style: Style
  /** Space before each line. */
  indent?: string
  /**
   * Column that begins the second line of a row, on a terminal too narrow for all columns of rank 0
   * on one line.
   */
  breakAt?: number
  /** How much further the second line is indented. Default: 2. */
  breakIndent?: number
}

/** A column with its place in a row, the width of its widest cell, and its least width. */
interface MeasuredColumn extends Column {
  index: number
  full: number
  least: number
}

/** A column that is shown: its place in a row, its width, and how to align it. */
interface ShownColumn {
  index: number
  width: number
  right: boolean
}

const SPACE = 2

/**
 * Formats rows in columns. Leaves out columns without any text. On a narrow terminal it shortens
 * and leaves out the least important columns, or uses two lines a row. Elsewhere it shows
 * everything.
 */
export function table(
  declared: readonly Column[],
  rows: readonly string[][],
  { style, indent = '', breakAt = declared.length, breakIndent = 2 }: TableOptions,
): string {
  const hasTitles = declared.some(({ title }) => title !== undefined)
  const titles = declared.map(({ title = '' }) => style.weak(title))
  const all = hasTitles ? [titles, ...rows] : rows
  const filled = measure(declared, all).filter(({ full }) => full > 0)
  const room = style.columns - indent.length
  const lines = (shown: ShownColumn[], indentOfLine: string): string[] =>
    columns(
      all.map((row) => shown.map(({ index, width }) => shorten(row[index] ?? '', width))),
      { indent: indentOfLine, right: shown.flatMap(({ right }, at) => (right ? [at] : [])) },
    ).split('\n')
  const oneLine = chooseColumns(filled, room)
  if (widthOf(oneLine) <= room || breakAt === declared.length)
    return lines(oneLine, indent).join('\n')
  const [first, second] = [
    chooseColumns(
      filled.filter(({ index }) => index < breakAt),
      room,
    ),
    chooseColumns(
      filled.filter(({ index }) => index >= breakAt),
      room - breakIndent,
    ),
  ]
  const below = lines(second, indent + ' '.repeat(breakIndent))
  return lines(first, indent)
    .flatMap((line, index) => [line, below[index] ?? ''])
    .filter((line) => line !== '')
    .join('\n')
}

function measure(declared: readonly Column[], rows: readonly string[][]): MeasuredColumn[] {
  return declared.map((column, index) => {
    const full = Math.max(0, ...rows.map((row) => displayWidth(row[index] ?? '')))
    return { ...column, index, full, least: Math.min(full, column.least ?? full) }
  })
}

/**
 * Chooses the columns that fit, and their widths. The most important ones get room first. Those of
 * rank 0 are always among them, in the worst case wider than the room.
 */
function chooseColumns(measured: readonly MeasuredColumn[], room: number): ShownColumn[] {
  const byRank = [...measured].sort((a, b) => a.rank - b.rank)
  const required = byRank.filter(({ rank }) => rank === 0)
  let spare = room + SPACE - required.reduce((sum, { least }) => sum + least + SPACE, 0)
  return byRank
    .flatMap(({ rank, index, full, least, right = false }) => {
      const isReserved = rank === 0
      if (!isReserved && least + SPACE > spare) return []
      if (!isReserved) spare -= least + SPACE
      const width = Math.min(full, least + Math.max(0, spare))
      spare -= width - least
      return [{ index, width, right }]
    })
    .sort((a, b) => a.index - b.index)
}

function widthOf(shown: readonly ShownColumn[]): number {
  return shown.reduce((sum, { width }) => sum + width + SPACE, -SPACE)
}

/**
 * Formats rows as columns, two spaces apart, each as wide as its widest cell. Each line starts with
 * `indent`. Columns in `right` are aligned right.
 */
export function columns(
  rows: readonly string[][],
  options: { indent?: string; right?: number[] } = {},
): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell))
  return rows
    .map((row) => {
      const cells = row.map((cell, index) => {
        const space = ' '.repeat(widths[index]! - displayWidth(cell))
        return options.right?.includes(index) ? space + cell : cell + space
      })
      return `${options.indent ?? ''}${cells.join(' '.repeat(SPACE))}`.trimEnd()
    })
    .join('\n')
}
