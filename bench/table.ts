/** What is measured, as rows of one table. */

/** What a figure is to reach; `ratio` is ours divided by bare. */
export interface Aim {
  of: 'ratio' | 'ours'
  atLeast?: number
  atMost?: number
}

/** One row. */
export interface Row {
  what: string
  unit: string
  ours: number
  /** The same without us; null where there is nothing to compare with. */
  bare: number | null
  /** Median of the rounds' ratios; null without a bare figure. */
  ratio: number | null
  aim: Aim | null
}

/** What a part of the bench found: its rows, and remarks that a reader needs to judge them. */
export interface Findings {
  rows: Row[]
  remarks: string[]
}

/** Whether a row reaches its aim; null where it has none. */
export function reaches({ aim, ratio, ours }: Row): boolean | null {
  if (aim === null) return null
  const figure = aim.of === 'ratio' ? (ratio ?? Number.NaN) : ours
  return figure >= (aim.atLeast ?? Number.NEGATIVE_INFINITY) && figure <= (aim.atMost ?? Number.POSITIVE_INFINITY)
}

const HEAD = ['', 'f2f', 'bare', 'unit', 'ratio', 'aim', 'reached']

/** The rows as a table in Markdown. */
export function markdownTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    figure(row.ours),
    row.bare === null ? '' : figure(row.bare),
    row.unit,
    row.ratio === null ? '' : row.ratio.toFixed(2),
    aimText(row),
    { true: 'yes', false: '**no**', null: '' }[`${reaches(row)}`],
  ])
  const widths = HEAD.map((title, column) => Math.max(3, title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => aligned(cell, widths[i]!, i)).join(' | ')} |`
  const rule = widths.map((width, column) => (isNumeric(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
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
