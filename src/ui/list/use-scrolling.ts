import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ListRow } from './list-row.ts'
import { readNextPage, searchCount } from './list-state.ts'
import { type RowLayout, rowAt } from './row-layout.ts'

/** The rows that are in the document, and the first that is seen whole. */
export interface RowRange {
  first: number
  last: number
  firstSeen: number
}

/** Rows are drawn this far beyond the window, so that not every step of a scroll draws some. */
const DRAWN_PX = 700
/** Rows are drawn anew when the window comes so close to the last drawn one. */
const LEAST_DRAWN_PX = 300
/** So many rows before the end of those that have been read, the next page is read. */
const READ_AHEAD = 30
const REST_MS = 150

interface Anchor {
  id: string
  /** How far its top was below the top of the window. */
  offset: number
}

/**
 * Follows the window as it scrolls over the list. What a person looks at stays where it is when
 * rows come or go above it.
 */
export function useScrolling(
  list: RefObject<HTMLUListElement | null>,
  rows: readonly ListRow[],
  layout: RowLayout,
): RowRange {
  const [range, setRange] = useState<RowRange>({ first: 0, last: 20, firstSeen: 0 })
  const anchor = useRef<Anchor | null>(null)
  const shownSearch = useRef(searchCount.peek())

  const look = (isAtRest: boolean): void => {
    const top = list.current?.getBoundingClientRect().top ?? 0
    anchor.current = anchorAt(top, rows, layout)
    setRange((now) => nextRange(now, top, layout, isAtRest))
    if (rowAt(layout, innerHeight - top) >= rows.length - READ_AHEAD) void readNextPage()
  }

  useLayoutEffect(() => {
    const isOther = shownSearch.current !== searchCount.value
    shownSearch.current = searchCount.value
    if (isOther && anchor.current) scrollTo({ top: 0, behavior: 'instant' })
    else if (list.current && anchor.current) holdAnchor(list.current, rows, layout, anchor.current)
    look(true)
  }, [rows, layout])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const follow = (): void => {
      look(false)
      clearTimeout(timer)
      timer = setTimeout(() => look(true), REST_MS)
    }
    addEventListener('scroll', follow, { passive: true })
    addEventListener('resize', follow)
    return () => {
      clearTimeout(timer)
      removeEventListener('scroll', follow)
      removeEventListener('resize', follow)
    }
  }, [rows, layout])

  return { ...range, last: Math.min(range.last, rows.length - 1) }
}

/** Returns the rows to draw for a list whose top is at a height of the window. */
function nextRange(now: RowRange, top: number, layout: RowLayout, isAtRest: boolean): RowRange {
  const at = (y: number): number => rowAt(layout, y - top)
  const isDrawn = now.first <= at(-LEAST_DRAWN_PX) && now.last >= at(innerHeight + LEAST_DRAWN_PX)
  if (isDrawn && !isAtRest) return now
  const firstSeen = top < 0 ? Math.min(at(0) + 1, layout.tops.length - 2) : 0
  const next = isDrawn
    ? { ...now, firstSeen }
    : { first: at(-DRAWN_PX), last: at(innerHeight + DRAWN_PX), firstSeen }
  const isSame =
    next.first === now.first && next.last === now.last && next.firstSeen === now.firstSeen
  return isSame ? now : next
}

/** Returns the first row that is seen; null while the top of the list is. */
function anchorAt(top: number, rows: readonly ListRow[], layout: RowLayout): Anchor | null {
  const index = rowAt(layout, -top)
  const row = rows[index]
  return top < 0 && row ? { id: row.id, offset: (layout.tops[index] as number) + top } : null
}

function holdAnchor(
  list: HTMLUListElement,
  rows: readonly ListRow[],
  { tops }: RowLayout,
  { id, offset }: Anchor,
): void {
  const index = rows.findIndex((row) => row.id === id)
  if (index === -1) return
  const moved = (tops[index] as number) + list.getBoundingClientRect().top - offset
  if (moved !== 0) scrollBy({ top: moved, behavior: 'instant' })
}
