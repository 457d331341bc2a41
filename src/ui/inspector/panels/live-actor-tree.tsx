import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { t } from '../texts/texts.ts'
import { useSight } from '../use-sight.ts'
import { ActorDescription } from './actor-description.tsx'
import { type ActorFeed, openActorFeed } from './actor-feed.ts'
import { type ActorNode, type ActorRow, actorRows } from './actors.ts'

/** The height of a row; panels.css has the same. */
const ROW_PX = 28

/** Shows all actors that are alive now, as the recorder's feed tells. */
export function LiveActorTree() {
  const [feed, setFeed] = useState<ActorFeed | null>(null)
  useEffect(() => {
    const opened = openActorFeed()
    setFeed(opened)
    return () => opened.close()
  }, [])
  if (feed === null || feed.state.value === 'connecting') return <p>{t('page.loading')}</p>
  if (feed.state.value === 'closed') return <p class="soft">{t('inspector.actors.noFeed')}</p>
  return <ActorRows roots={feed.roots.value} />
}

/**
 * The rows of a tree, of which only those in sight are in the document: a recorder whose recordings
 * wait for their tags runs hundreds of actors.
 */
function ActorRows({ roots }: { roots: readonly ActorNode[] }) {
  const tree = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => actorRows(roots), [roots])
  const [activeId, setActiveId] = useState<string | null>(null)
  const active = activeId === null ? -1 : rows.findIndex(({ actor }) => actor.id === activeId)
  const [first, last] = useSight(tree, { rowPx: ROW_PX, rows: rows.length, present: active })
  const activate = (row: number): void =>
    setActiveId(rows[Math.min(Math.max(0, row), rows.length - 1)]?.actor.id ?? null)
  return (
    <div
      ref={tree}
      class="actor-tree"
      role="tree"
      tabIndex={0}
      aria-labelledby="actors-live"
      aria-activedescendant={active >= first && active <= last ? rowId(active) : undefined}
      onFocus={() => active === -1 && activate(Math.ceil((tree.current?.scrollTop ?? 0) / ROW_PX))}
      onBlur={() => setActiveId(null)}
      onKeyDown={(event) => {
        const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[event.key]
        if (by === undefined) return
        event.preventDefault()
        activate(active + by)
      }}
    >
      <div role="none" style={{ height: `${rows.length * ROW_PX}px` }} />
      {rows.slice(first, last + 1).map((row, at) => (
        <Row key={row.actor.id} row={row} at={first + at} isActive={first + at === active} />
      ))}
    </div>
  )
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
