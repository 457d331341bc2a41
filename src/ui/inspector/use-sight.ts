import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Rows are drawn this far beyond what is seen. */
const MORE_ROWS = 8

/** A list that scrolls, of rows of the same height. */
interface Rows {
  rowPx: number
  rows: number
  /** The row that must be seen; -1 for none. */
  present: number
}

/** Follows the list as it scrolls, and scrolls it to the present row. Returns the rows in sight. */
export function useSight(
  list: RefObject<HTMLElement | null>,
  { rowPx, rows, present }: Rows,
): [first: number, last: number] {
  const [sight, setSight] = useState({ top: 0, height: 800 })
  useEffect(() => {
    const element = list.current
    if (element === null) return
    const look = (): void => setSight({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(look)
    observer.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [list])
  useEffect(() => {
    const element = list.current
    if (element === null || present < 0) return
    revealRow(element, present * rowPx, rowPx)
  }, [list, present, rows, rowPx])
  const first = Math.max(0, Math.floor(sight.top / rowPx) - MORE_ROWS)
  const last = Math.min(rows - 1, Math.ceil((sight.top + sight.height) / rowPx) + MORE_ROWS)
  return [first, last]
}

/** Scrolls a list to a row that is not in sight. Only the list scrolls, never the page. */
export function revealRow(list: HTMLElement, top: number, rowPx: number): void {
  // The end of the list may be below the window.
  const { top: y } = list.getBoundingClientRect()
  const seenPx = Math.max(rowPx, Math.min(list.clientHeight, innerHeight - y))
  if (top < list.scrollTop || top + rowPx > list.scrollTop + seenPx)
    list.scrollTop = top - seenPx / 3
}
