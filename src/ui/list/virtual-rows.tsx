import { useMemo, useRef } from 'preact/hooks'
import { language, t } from '../i18n/texts.ts'
import { dayName } from './day-name.ts'
import type { ListRow } from './list-row.ts'
import { isSearching, rows } from './list-state.ts'
import { RowLink } from './row.tsx'
import { layOut, startsDay } from './row-layout.ts'
import { useKeptPlace } from './use-kept-place.ts'
import { useRowHeights } from './use-row-heights.ts'
import { useRowKeys } from './use-row-keys.ts'
import { useScrolling } from './use-scrolling.ts'

/**
 * The rows of the list, of which only those near the window are in the document. They are a list of
 * links, because screen readers read one in every mode, and each says its place in the list.
 */
export function VirtualRows({ href }: { href: string }) {
  const list = useRef<HTMLUListElement>(null)
  const shown = rows.value
  const heights = useRowHeights()
  const layout = useMemo(() => layOut(shown, heights), [shown, heights])
  const { first, last, firstSeen } = useScrolling(list, shown, layout)
  const { activeId, onKeyDown, onFocusIn, onFocusOut } = useRowKeys(list, shown, layout)
  useKeptPlace(list, shown, layout, href)
  const active = activeId === null ? -1 : shown.findIndex(({ id }) => id === activeId)
  const indexes = indexesOf(first, last, active)
  if (shown.length === 0) return null
  return (
    <ul
      ref={list}
      class="list-rows"
      aria-label={t('nav.recordings')}
      aria-busy={isSearching.value}
      style={{ height: `${layout.height}px` }}
      onKeyDown={onKeyDown}
      onFocusIn={onFocusIn}
      onFocusOut={onFocusOut}
    >
      {indexes.map((index) => (
        <Item
          key={shown[index]!.id}
          rows={shown}
          index={index}
          top={layout.tops[index] as number}
          isActive={index === (active === -1 ? firstSeen : active)}
        />
      ))}
    </ul>
  )
}

/** The rows near the window, and the one with the focus, which must not vanish. */
function indexesOf(first: number, last: number, active: number): number[] {
  const indexes = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  if (active !== -1 && active < first) return [active, ...indexes]
  return active > last ? [...indexes, active] : indexes
}

interface ItemProps {
  rows: readonly ListRow[]
  index: number
  top: number
  isActive: boolean
}

function Item({ rows: all, index, top, isActive }: ItemProps) {
  const row = all[index]!
  const isFirst = startsDay(all, index)
  const isLast = all[index + 1]?.day !== row.day
  // The same element again costs nothing, and most rows stay the same while others come and go.
  return useMemo(
    () => (
      <li
        class="list-item"
        aria-posinset={index + 1}
        // The number of all is not known before the last page is read.
        aria-setsize={-1}
        data-first={isFirst}
        data-last={isLast}
        style={{ transform: `translateY(${top}px)` }}
      >
        {isFirst && <h2 class="list-day">{dayName(row.day)}</h2>}
        <RowLink row={row} isActive={isActive} />
      </li>
    ),
    [row, index, top, isActive, isFirst, isLast, language.value],
  )
}
