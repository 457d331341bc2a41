import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { ListRow } from './list-row.ts'
import { hasMore, isShowing, readNextPage } from './list-state.ts'
import { type RowLayout, rowAt } from './row-layout.ts'
import { keepPlace, keptPlace, type ScrollPlace } from './scroll-place.ts'

const KEEP_MS = 150

/** Keeps the place of a person in the list, and leads them back to it when they come back. */
export function useKeptPlace(
  list: RefObject<HTMLUListElement | null>,
  rows: readonly ListRow[],
  layout: RowLayout,
  href: string,
): void {
  const wanted = useRef<ScrollPlace | null>(keptPlace())
  const isReady = isShowing(href)

  useEffect(() => {
    const { current: place } = wanted
    if (place === null || !isReady) return
    const byId = rows.findIndex(({ id }) => id === place.id)
    if (byId === -1 && rows.length <= place.index && hasMore.value) {
      void readNextPage()
      return
    }
    wanted.current = null
    const index = byId === -1 ? Math.min(place.index, rows.length - 1) : byId
    const { current: element } = list
    if (!element || index < 0) return
    const top = element.getBoundingClientRect().top + scrollY + (layout.tops[index] as number)
    scrollTo({ top: top - place.offset, behavior: 'instant' })
    if (place.activeId !== null) focusSoon(element, place.activeId)
  }, [rows, layout, isReady])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const keep = (): void => {
      clearTimeout(timer)
      if (wanted.current === null && list.current) keepPlace(placeIn(list.current, rows, layout))
    }
    const keepSoon = (): void => {
      clearTimeout(timer)
      timer = setTimeout(keep, KEEP_MS)
    }
    addEventListener('scroll', keepSoon, { passive: true })
    addEventListener('click', keep, { capture: true })
    return () => {
      clearTimeout(timer)
      removeEventListener('scroll', keepSoon)
      removeEventListener('click', keep, { capture: true })
    }
  }, [rows, layout])

  useLayoutEffect(() => {
    const { scrollRestoration } = history
    // The browser would scroll before the rows are there.
    history.scrollRestoration = 'manual'
    return () => {
      history.scrollRestoration = scrollRestoration
      // The next view begins at its top.
      scrollTo({ top: 0, behavior: 'instant' })
    }
  }, [])
}

function placeIn(
  list: HTMLUListElement,
  rows: readonly ListRow[],
  layout: RowLayout,
): ScrollPlace | null {
  const { top } = list.getBoundingClientRect()
  const focused = document.activeElement
  const activeId =
    focused instanceof HTMLElement && list.contains(focused) ? (focused.dataset.id ?? null) : null
  if (top >= 0 && activeId === null) return null
  const index = rowAt(layout, -top)
  const row = rows[index]
  if (!row) return null
  return { id: row.id, index, offset: (layout.tops[index] as number) + top, activeId }
}

/** Gives a row the focus as soon as it is in the document. */
function focusSoon(list: HTMLUListElement, id: string): void {
  requestAnimationFrame(() => {
    const row = list.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)
    if (document.activeElement === document.body) row?.focus({ preventScroll: true })
  })
}
