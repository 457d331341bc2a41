import { useState } from 'preact/hooks'
import type { TagEntry } from '../../contract/views.ts'
import { senderName } from '../record/sender-name.ts'
import { t } from './texts/texts.ts'

/** More would make each step of a recording with hundreds of tags slow. */
const SHOWN_AT_FIRST = 40

/**
 * Shows the tags of a moment: those that it set, marked, and the first others. A button shows all.
 * `at`: when the moment's event happened.
 */
export function TagList({ tags, at }: { tags: readonly TagEntry[]; at: string | undefined }) {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole
    ? tags
    : tags.filter((tag, index) => index < SHOWN_AT_FIRST || tag.at === at)
  const hidden = tags.length - shown.length
  return (
    <>
      <h3>{t('inspector.tags')}</h3>
      {tags.length === 0 && <p class="soft">{t('inspector.tags.none')}</p>}
      <ul class="state-tags">
        {shown.map(({ key, value, at: setAt, by }) => (
          <li key={key} class={setAt === at ? 'state-tag state-tag-new' : 'state-tag'}>
            <span class="state-tag-key">{key}</span>
            <span class="state-tag-value">{String(value)}</span>
            <span class="soft">{senderName(by)}</span>
          </li>
        ))}
      </ul>
      {hidden > 0 && (
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
