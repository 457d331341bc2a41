import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { afterFrame } from '../../shell/after-frame.ts'
import { revealRow, useSight } from '../use-sight.ts'
import { ActorDescription } from './actor-description.tsx'
import { type ActorNode, type ActorRow, actorRows, rowAfterKey } from './actors.ts'

/** The height of a row; panels.css has the same. */
const ROW_PX = 28

/**
 * The rows of a tree, of which only those in sight are in the document: a thousand actors cost no
 * more than twenty.
 */
export function ActorRows({ roots }: { roots: readonly ActorNode[] }) {
  const tree = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => actorRows(roots), [roots])
  // Only a person's keys scroll the tree, not the actors that come and go.
  const [first, last] = useSight(tree, { rowPx: ROW_PX, rows: rows.length, present: -1 })
  const [active, setActive] = useActiveRow(tree, rows)
  const activate = (row: number): void => {
    const reveal = (heightPx = ROW_PX): void => {
      if (tree.current !== null) revealRow(tree.current, row * ROW_PX, heightPx)
    }
    reveal()
    setActive(row)
    // An active row shows all of its text, so it may be higher.
    afterFrame(() => reveal(document.getElementById(rowId(row))?.offsetHeight))
  }
  return (
    <div
      ref={tree}
      class="actor-tree"
      role="tree"
      tabIndex={0}
      aria-labelledby="actors-live"
      aria-activedescendant={active >= first && active <= last ? rowId(active) : undefined}
      onFocus={() => active === -1 && setActive(Math.ceil(scrolledPx(tree.current) / ROW_PX))}
      onBlur={() => setActive(-1)}
      onClick={({ currentTarget, clientY }) => {
        const { top } = currentTarget.getBoundingClientRect()
        setActive(Math.floor((clientY - top + currentTarget.scrollTop) / ROW_PX))
      }}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
        const row = rowAfterKey(rows, active, event.key)
        if (row === null) return
        event.preventDefault()
        activate(row)
      }}
    >
      <div role="none" style={{ height: `${rows.length * ROW_PX}px` }} />
      {rows.slice(first, last + 1).map((row, at) => (
        <Row key={row.actor.id} row={row} at={first + at} isActive={first + at === active} />
      ))}
    </div>
  )
}

/**
 * Follows the actor of the active row while others come and go; when it ends, its place is active.
 * Returns the row, -1 for none, and the function that makes another one active.
 */
function useActiveRow(
  tree: { readonly current: HTMLElement | null },
  rows: readonly ActorRow[],
): [active: number, setActive: (row: number) => void] {
  const [id, setId] = useState<string | null>(null)
  const place = useRef(-1)
  const found = id === null ? -1 : rows.findIndex(({ actor }) => actor.id === id)
  const active = id === null || found !== -1 ? found : Math.min(place.current, rows.length - 1)
  useLayoutEffect(() => {
    if (id !== null && found === -1) setId(rows[active]?.actor.id ?? null)
  }, [rows])
  useLayoutEffect(() => {
    // What a person reads stays where it is.
    if (active !== place.current && tree.current !== null)
      keepPlace(tree.current, place.current, active)
    place.current = active
  }, [active])
  const setActive = (row: number): void => {
    place.current = Math.min(row, rows.length - 1)
    setId(rows[place.current]?.actor.id ?? null)
  }
  return [active, setActive]
}

/** Scrolls by as many rows as a row has moved, if it was in sight. */
function keepPlace(tree: HTMLElement, from: number, to: number): void {
  const top = from * ROW_PX - tree.scrollTop
  if (from >= 0 && to >= 0 && top > -ROW_PX && top < tree.clientHeight)
    tree.scrollTop += (to - from) * ROW_PX
}

function scrolledPx(element: HTMLElement | null): number {
  return element?.scrollTop ?? 0
}

function Row({ row, at, isActive }: { row: ActorRow; at: number; isActive: boolean }) {
  const { actor, level, place, siblings } = row
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names its active row.
    <div
      id={rowId(at)}
      class="actor-row"
      role="treeitem"
      aria-level={level}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-expanded={actor.children.length > 0 ? true : undefined}
      data-active={isActive}
      style={{ transform: `translateY(${at * ROW_PX}px)`, '--actor-level': level }}
    >
      <ActorDescription actor={actor} />
    </div>
  )
}

function rowId(at: number): string {
  return `actor-row-${at}`
}
