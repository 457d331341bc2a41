import { t } from '../i18n/texts.ts'

/** The list of recordings, with its search. */
export function ListView({ query }: { query: URLSearchParams }) {
  return (
    <section>
      <h1>{t('nav.recordings')}</h1>
      <p>{query.get('text')}</p>
    </section>
  )
}
