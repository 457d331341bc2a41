import type { ListRow } from './list-row.ts'

/** The heights of rows and of the headings of days, in CSS pixels. */
export interface RowHeights {
  row: number
  heading: number
}

/** Where the rows are. The heading of a day belongs to the first row of the day. */
export interface RowLayout {
  /** The top of each row, and at last the end of all. */
  tops: Float64Array
  height: number
}

/** Whether a row is the first of its day. */
export function startsDay(rows: readonly ListRow[], index: number): boolean {
  return rows[index - 1]?.day !== rows[index]?.day
}

/** Computes where each row is. */
export function layOut(rows: readonly ListRow[], { row, heading }: RowHeights): RowLayout {
  const tops = new Float64Array(rows.length + 1)
  let top = 0
  for (let i = 0; i < rows.length; i++) {
    tops[i] = top
    top += startsDay(rows, i) ? row + heading : row
  }
  tops[rows.length] = top
  return { tops, height: top }
}

/** Returns the index of the row at a height, between the first and the last one. */
export function rowAt({ tops }: RowLayout, y: number): number {
  let low = 0
  let high = Math.max(0, tops.length - 2)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((tops[middle] as number) <= y) low = middle
    else high = middle - 1
  }
  return low
}
