/** Builds the table of the results. */
import { median } from './statistics.ts'

/** The aim of a figure. `ratio` is ours divided by the other. */
export interface Aim {
  of: 'ratio' | 'ours'
  atLeast?: number
  atMost?: number
}

/** One row of the table. */
export interface Row {
  what: string
  unit: string
  ours: number
  /**
   * The figure of the other program that `what` names; null without a comparison, a text where
   * that program is not installed.
   */
  other: number | string | null
  /** Median of the rounds' ratios; null without another figure. */
  ratio: number | null
  aim: Aim | null
}

/** The results of a part of the bench: its rows, and remarks that explain them. */
export interface Findings {
  rows: Row[]
  remarks: string[]
}

/** Makes a row without a comparison. */
export function alone(what: string, unit: string, ours: number, aim: Aim | null = null): Row {
  return { what, unit, ours, other: null, ratio: null, aim }
}

/**
 * Makes a row that compares the rounds of the recorder with those of another program. `other` is
 * the reason where that program has no rounds.
 */
export function compared(
  what: string,
  unit: string,
  ours: readonly number[],
  other: readonly number[] | string,
  aim: Aim | null = null,
): Row {
  if (typeof other === 'string') return { what, unit, ours: median(ours), other, ratio: null, aim }
  const ratio = median(ours.map((value, round) => value / other[round]!))
  return { what, unit, ours: median(ours), other: median(other), ratio, aim }
}

/** Whether a row reaches its aim; null without an aim, or without the other program. */
export function reaches({ aim, ratio, ours, other }: Row): boolean | null {
  if (aim === null || (aim.of === 'ratio' && typeof other === 'string')) return null
  const figure = aim.of === 'ratio' ? (ratio ?? Number.NaN) : ours
  return (
    figure >= (aim.atLeast ?? Number.NEGATIVE_INFINITY) &&
    figure <= (aim.atMost ?? Number.POSITIVE_INFINITY)
  )
}

const HEAD = ['', 'f2f', 'other', 'unit', 'ratio', 'aim', 'reached']

/** Renders the rows as a table in Markdown. */
export function markdownTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    figure(row.ours),
    typeof row.other === 'number' ? figure(row.other) : (row.other ?? ''),
    row.unit,
    row.ratio === null ? '' : row.ratio.toFixed(2),
    aimText(row),
    { true: 'yes', false: '**no**', null: '' }[`${reaches(row)}`],
  ])
  const widths = HEAD.map((title, column) =>
    Math.max(3, title.length, ...cells.map((row) => row[column]!.length)),
  )
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => aligned(cell, widths[i]!, i)).join(' | ')} |`
  const rule = widths.map((width, column) =>
    isNumeric(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  )
  return [line(HEAD), line(rule), ...cells.map(line)].join('\n')
}

const isNumeric = (column: number): boolean => [1, 2, 4].includes(column)

function aligned(cell: string, width: number, column: number): string {
  return isNumeric(column) ? cell.padStart(width) : cell.padEnd(width)
}

function figure(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 3
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

function aimText({ aim, unit }: Row): string {
  if (aim === null) return ''
  const limit = aim.atLeast === undefined ? `≤ ${aim.atMost}` : `≥ ${aim.atLeast}`
  return aim.of === 'ratio' ? limit : `${limit} ${unit}`
}
