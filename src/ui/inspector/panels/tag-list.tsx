import { useMemo, useRef, useState } from 'preact/hooks'
import type { TagEntry } from '../../../contract/views.ts'
import { language } from '../../i18n/texts.ts'
import { senderName } from '../../record/sender-name.ts'
import { t } from '../texts/texts.ts'
import { useSight } from '../use-sight.ts'

/** More would make each step of a recording with hundreds of tags slow. */
const SHOWN_AT_FIRST = 40
/** The height of a row of all tags; panels.css has the same. */
const ROW_PX = 28

interface Props {
  tags: readonly TagEntry[]
  /** When the moment's event happened. */
  at: string | undefined
}

/** Shows the tags of a moment: those that it set, marked, and the first others; on wish, all. */
export function TagList({ tags, at }: Props) {
  const [isWhole, setWhole] = useState(false)
  const isNew = tags.some((tag) => tag.at === at)
  // The same elements again cost nothing, and most steps set no tag.
  const { first, hidden } = useMemo(() => firstTags(tags, at), [tags, isNew && at, language.value])
  return (
    <>
      <h3 id="state-tags">{t('inspector.tags')}</h3>
      {tags.length === 0 && <p class="soft">{t('inspector.tags.none')}</p>}
      {isWhole && hidden > 0 ? <AllTags tags={tags} at={at} /> : first}
      {hidden > 0 && !isWhole && (
        <button
          type="button"
          class="button button-small button-quiet"
          onClick={() => setWhole(true)}
        >
          {t('inspector.tags.more', { count: hidden })}
        </button>
      )}
    </>
  )
}

/** Returns the first tags with those that the moment set, and how many others there are. */
function firstTags(tags: readonly TagEntry[], at: string | undefined) {
  const shown = tags.filter((tag, index) => index < SHOWN_AT_FIRST || tag.at === at)
  const first = (
    <ul class="state-tags">
      {shown.map((tag) => (
        <li key={tag.key} class={classOf(tag, at)}>
          <Tag tag={tag} />
        </li>
      ))}
    </ul>
  )
  return { first, hidden: tags.length - shown.length }
}

/** Many tags, of which only those in sight are in the document. */
function AllTags({ tags, at }: Props) {
  const list = useRef<HTMLUListElement>(null)
  const present = tags.findIndex((tag) => tag.at === at)
  const [first, last] = useSight(list, { rowPx: ROW_PX, rows: tags.length, present })
  return (
    <ul
      ref={list}
      class="state-tags-all"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is reached by keyboard.
      tabIndex={0}
      aria-labelledby="state-tags"
    >
      <li aria-hidden="true" style={{ height: `${tags.length * ROW_PX}px` }} />
      {tags.slice(first, last + 1).map((tag, row) => (
        <li
          key={tag.key}
          class={classOf(tag, at)}
          aria-posinset={first + row + 1}
          aria-setsize={tags.length}
          title={`${tag.key}: ${tag.value}`}
          style={{ transform: `translateY(${(first + row) * ROW_PX}px)` }}
        >
          <Tag tag={tag} />
        </li>
      ))}
    </ul>
  )
}

function classOf(tag: TagEntry, at: string | undefined): string {
  return tag.at === at ? 'state-tag state-tag-new' : 'state-tag'
}

function Tag({ tag: { key, value, by } }: { tag: TagEntry }) {
  return (
    <>
      <span class="state-tag-key">{key}</span>
      <span class="state-tag-value">{String(value)}</span>
      <span class="soft">{senderName(by)}</span>
    </>
  )
}
