/** A column of a CSV file: its title, and its value in a row. */
export type CsvColumn<Row> = readonly [title: string, value: (row: Row) => CsvValue]

/** A value of a cell. Null is an empty cell, a list is its items with spaces between them. */
export type CsvValue = string | number | boolean | null | readonly string[]

/**
 * A cell that begins so is a formula to a spreadsheet, which may send what is in the table
 * elsewhere. OWASP, “CSV Injection”: such a cell gets a quote in front, which makes it a text.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

/** The media type of CSV with a header row (RFC 4180, RFC 7111). */
export const CSV_TYPE = 'text/csv; charset=utf-8; header=present'

/** Formats the titles of a table as a line of CSV. */
export function csvHeader<Row>(columns: readonly CsvColumn<Row>[]): string {
  return csvLine(columns.map(([title]) => title))
}

/** Formats a row as a line of CSV. */
export function csvRow<Row>(columns: readonly CsvColumn<Row>[], row: Row): string {
  return csvLine(columns.map(([, value]) => value(row)))
}

function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvCell).join(',')}\r\n`
}

function csvCell(value: CsvValue): string {
  if (value === null) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : value.join(' ')
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
