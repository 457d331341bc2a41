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

/** Rows are drawn this far beyond the window, so that quick scrolling finds them. */
const MARGIN_PX = 500
/** So many rows before the end of those that have been read, the next page is read. */
const READ_AHEAD = 50

interface Anchor {
  id: string
  /** How far its top was below the top of the window. */
  offset: number
}

/**
 * Follows the window as it scrolls over the list. What a person looks at stays where it is when
 * rows come or go above it, and when they come back to the list.
 */
export function useScrolling(
  list: RefObject<HTMLUListElement | null>,
  rows: readonly ListRow[],
  layout: RowLayout,
): RowRange {
  const [range, setRange] = useState<RowRange>({ first: 0, last: 20, firstSeen: 0 })
  const anchor = useRef<Anchor | null>(null)
  const shownSearch = useRef(searchCount.peek())

  const look = (): void => {
    const top = list.current?.getBoundingClientRect().top ?? 0
    const seen = rowAt(layout, -top)
    const hasPassed = top < 0 && rows.length > 0
    const id = rows[seen]?.id ?? ''
    anchor.current = hasPassed ? { id, offset: (layout.tops[seen] as number) + top } : null
    const next = {
      first: rowAt(layout, -top - MARGIN_PX),
      last: Math.min(rows.length - 1, rowAt(layout, innerHeight - top + MARGIN_PX)),
      firstSeen: hasPassed ? Math.min(rows.length - 1, seen + 1) : 0,
    }
    setRange((now) => (isSame(now, next) ? now : next))
    if (rowAt(layout, innerHeight - top) >= rows.length - READ_AHEAD) void readNextPage()
  }

  useLayoutEffect(() => {
    const isOther = shownSearch.current !== searchCount.value
    shownSearch.current = searchCount.value
    const element = list.current
    if (isOther && anchor.current) scrollTo({ top: 0, behavior: 'instant' })
    else if (element && anchor.current) holdAnchor(element, rows, layout, anchor.current)
    look()
  }, [rows, layout])

  useEffect(() => {
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [rows, layout])

  return { ...range, last: Math.min(range.last, rows.length - 1) }
}

const isSame = (a: RowRange, b: RowRange): boolean =>
  a.first === b.first && a.last === b.last && a.firstSeen === b.firstSeen

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
