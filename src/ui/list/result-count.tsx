import { language, t } from '../i18n/texts.ts'
import { hasMore, isSearching, rows, searchCount } from './list-state.ts'

/** Says how many recordings there are, or how many of them have been read. */
export function ResultCount() {
  return (
    <>
      <p class="list-count soft">
        {isSearching.value || rows.value.length === 0 ? '' : countText()}
      </p>
      <Announcement key="announcement" />
    </>
  )
}

/** Says the count to screen readers once a search, and not again for each page that is read. */
function Announcement() {
  const text =
    searchCount.value === 0 ? '' : rows.peek().length === 0 ? noneText() : countText(true)
  return (
    <p class="hidden-text" role="status">
      {text}
    </p>
  )
}

const noneText = (): string => t('list.none')

function countText(once = false): string {
  const count = once ? rows.peek().length : rows.value.length
  const shown = new Intl.NumberFormat(language.value).format(count)
  if (once ? hasMore.peek() : hasMore.value) return t('list.countMore', { count: shown })
  return count === 1 ? t('list.countOne') : t('list.count', { count: shown })
}
