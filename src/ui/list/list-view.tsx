import { useEffect } from 'preact/hooks'
import { t } from '../i18n/texts.ts'
import { link } from '../live/live-state.ts'
import { ListNotice } from './list-notice.tsx'
import { listProblem, retry, showSearch } from './list-state.ts'
import { followRows } from './live-rows.ts'
import { ResultCount } from './result-count.tsx'
import { SearchFields } from './search-fields.tsx'
import { fillForm, leaveForm } from './search-form.ts'
import { parseSearch, searchHref } from './search-query.ts'
import { VirtualRows } from './virtual-rows.tsx'

/** The list of recordings, with its search. The search is the query of the page's fragment. */
export function ListView({ query }: { query: URLSearchParams }) {
  const search = query.toString()
  useEffect(() => {
    const parsed = parseSearch(new URLSearchParams(search))
    fillForm(parsed)
    showSearch(parsed)
  }, [search])
  useEffect(() => leaveForm, [])
  useEffect(followRows, [])
  const isLive = link.value.state === 'live'
  useEffect(() => {
    if (isLive && listProblem.value?.kind === 'unreachable') retry()
  }, [isLive])
  return (
    <section class="list" aria-labelledby="list-title">
      <header class="list-head">
        <h1 id="list-title">{t('nav.recordings')}</h1>
        <ResultCount />
      </header>
      <SearchFields />
      <VirtualRows href={searchHref(parseSearch(query))} />
      <ListNotice />
    </section>
  )
}
