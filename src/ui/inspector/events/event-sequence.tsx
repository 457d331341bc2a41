import { useComputed, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { EventType } from '../../../contract/events.ts'
import type { Inspected } from '../opening/inspected.ts'
import { t } from '../texts/texts.ts'
import { useSight } from '../use-sight.ts'
import { type EventFilter, FilteredEvents, NO_FILTER, prepareSearch } from './event-filter.ts'
import { EventRow } from './event-row.tsx'
import { FilterBar } from './filter-bar.tsx'

/** The height of a row; sequence.css has the same. */
const ROW_PX = 56

/** The sequence of the events, of which only those in sight are in the document. */
export function EventSequence({
  inspected,
  search,
  startMs,
}: {
  inspected: Inspected
  search: RefObject<HTMLInputElement | null>
  startMs: number
}) {
  const filter = useSignal<EventFilter>(NO_FILTER)
  const list = useRef<HTMLOListElement>(null)
  const { value: count } = inspected.count
  const filtered = useMemo(() => new FilteredEvents(filter.value), [filter.value])
  filtered.extend(inspected.replay.events)
  const { indexes } = filtered
  const endPreparing = useRef(() => {})
  useEffect(() => () => endPreparing.current(), [])
  const present = filtered.rowOf(inspected.index.value)
  const isListed = indexes[present] === inspected.index.value
  const [first, last] = useSight(list, { rowPx: ROW_PX, rows: indexes.length, present })
  const types = useComputed(() => typesOf(inspected)).value
  const move = (row: number): void => {
    const index = indexes[row]
    if (index === undefined) return
    inspected.go(index)
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus())
  }
  const rows = rowsOf(first, last, present)
  return (
    <section class="sequence" aria-labelledby="sequence-title">
      <header class="sequence-head">
        <h2 id="sequence-title">{t('inspector.events')}</h2>
        <p class="soft" role="status">
          {indexes.length === count
            ? t('inspector.events.all', { count })
            : t('inspector.events.some', { shown: indexes.length, count })}
        </p>
      </header>
      <FilterBar
        filter={filter}
        types={types}
        search={search}
        onFocus={() => {
          endPreparing.current()
          endPreparing.current = prepareSearch(inspected.replay.events)
        }}
      />
      {/* A list that scrolls must be reachable by keyboard: its buttons are. */}
      <ol
        ref={list}
        class="sequence-list"
        onKeyDown={(event) => {
          const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[event.key]
          if (by === undefined) return
          event.preventDefault()
          // Between two listed events, up leads to the one before.
          move(Math.min(present + (isListed || by > 0 ? by : by + 1), indexes.length - 1))
        }}
      >
        <li
          class="sequence-room"
          aria-hidden="true"
          style={{ height: `${indexes.length * ROW_PX}px` }}
        />
        {rows.map((row) => (
          <EventRow
            key={indexes[row]}
            index={indexes[row] as number}
            inspected={inspected}
            startMs={startMs}
            top={row * ROW_PX}
            row={row}
            rows={indexes.length}
            isPresent={row === present && isListed}
            isReachable={row === Math.max(0, present)}
          />
        ))}
      </ol>
      {indexes.length === 0 && count > 0 && (
        <p class="sequence-none">{t('inspector.events.none')}</p>
      )}
    </section>
  )
}

/** The rows in sight, and the present one, which must not vanish while it has the focus. */
function rowsOf(first: number, last: number, present: number): number[] {
  const rows = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
  if (present >= 0 && present < first) return [present, ...rows]
  return present > last ? [...rows, present] : rows
}

/** The types that occur, by name. */
function typesOf(inspected: Inspected): EventType[] {
  const count = inspected.count.value
  const types = new Set<EventType>()
  for (let at = 0; at < count; at++) types.add(inspected.replay.events[at]?.type as EventType)
  return [...types].sort()
}
