import { ProblemText } from '../controls/problem-text.tsx'
import { t } from '../i18n/texts.ts'
import { hrefTo } from '../shell/router.ts'
import type { ListProblem } from './list-problem.ts'
import { hasMore, isSearching, listProblem, retry, rows, shownSearch } from './list-state.ts'
import { clearForm } from './search-form.ts'
import { isRestricted } from './search-query.ts'

/** Says what follows the rows: that more are coming, that there are none, or what went wrong. */
export function ListNotice() {
  const problem = listProblem.value
  return (
    <div class="list-notice">
      <div role="alert">{problem && <Problem problem={problem} />}</div>
      {!problem && isSearching.value && rows.value.length === 0 && (
        <p class="soft">{t('page.loading')}</p>
      )}
      {!problem && !isSearching.value && rows.value.length === 0 && <Nothing />}
      {!problem && hasMore.value && <p class="soft">{t('list.loadingMore')}</p>}
    </div>
  )
}

function Nothing() {
  if (isRestricted(shownSearch))
    return (
      <div class="list-empty">
        <h2>{t('list.none')}</h2>
        <p class="soft">{t('list.noneHelp')}</p>
        <button type="button" class="button" onClick={clearForm}>
          {t('list.clear')}
        </button>
      </div>
    )
  return (
    <div class="list-empty">
      <h2>{t('list.empty')}</h2>
      <p class="soft">{t('list.emptyHelp')}</p>
      <a class="button" href={hrefTo('/')}>
        {t('nav.record')}
      </a>
    </div>
  )
}

function Problem({ problem }: { problem: ListProblem }) {
  return (
    <div class="list-empty list-problem">
      {problem.kind === 'unreachable' ? (
        <h2>{t('list.unreachable')}</h2>
      ) : (
        <ProblemText problem={problem} isHeading={true} />
      )}
      <button type="button" class="button" onClick={retry}>
        {t('list.retry')}
      </button>
    </div>
  )
}
