import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ListRow } from './list-row.ts'
import type { RowLayout } from './row-layout.ts'

/** The row with the focus, and what the list does to keep it there. */
export interface RowKeys {
  activeId: string | null
  onKeyDown(event: KeyboardEvent): void
  onFocusIn(event: FocusEvent): void
  onFocusOut(event: FocusEvent): void
}

/** A row with the focus stays so far from the edges of the window. */
const EDGE_PX = 16

/** Moves the focus from row to row by arrows, PageUp, PageDown, Home and End. */
export function useRowKeys(
  list: RefObject<HTMLUListElement | null>,
  rows: readonly ListRow[],
  layout: RowLayout,
): RowKeys {
  const [activeId, setActiveId] = useState<string | null>(null)
  const isMoving = useRef(false)

  useLayoutEffect(() => {
    if (!isMoving.current || activeId === null) return
    isMoving.current = false
    const row = list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(activeId)}"]`)
    row?.focus({ preventScroll: true })
  }, [activeId])

  return {
    activeId,
    onKeyDown(event) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
      const index = rows.findIndex(({ id }) => id === activeId)
      const next = targetOf(event.key, index, rows.length, layout)
      if (next === null || !list.current) return
      event.preventDefault()
      const id = rows[next]?.id ?? null
      if (id === null || id === activeId) return
      reveal(list.current, layout, next)
      isMoving.current = true
      setActiveId(id)
    },
    onFocusIn: ({ target }) => {
      setActiveId((target as HTMLElement).dataset.id ?? null)
    },
    onFocusOut: ({ relatedTarget }) => {
      if (!list.current?.contains(relatedTarget as Node | null) && !isMoving.current)
        setActiveId(null)
    },
  }
}

/** Returns the index of the row that a key leads to; null for a key that leads nowhere. */
function targetOf(key: string, index: number, count: number, { height }: RowLayout): number | null {
  const page = Math.max(1, Math.floor((innerHeight * count) / Math.max(1, height)) - 1)
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  }
  const step = steps[key]
  return step === undefined ? null : Math.max(0, Math.min(count - 1, index + step))
}

/** Scrolls until a row is seen. */
function reveal(list: HTMLUListElement, { tops }: RowLayout, index: number): void {
  const listTop = list.getBoundingClientRect().top
  const top = listTop + (tops[index] as number) - EDGE_PX
  const bottom = listTop + (tops[index + 1] as number) + EDGE_PX
  if (top < 0) scrollBy({ top, behavior: 'instant' })
  else if (bottom > innerHeight) scrollBy({ top: bottom - innerHeight, behavior: 'instant' })
}
