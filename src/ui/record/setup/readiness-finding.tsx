import { effect, signal } from '@preact/signals'
import type { ReadinessCheck } from '../../../contract/views.ts'
import type { ReadinessWords } from '../../i18n/readiness-de.ts'
import { type Language, language } from '../../i18n/texts.ts'

// An English page shows the recorder's own words, which say more about the case.
const LOADERS: Record<Exclude<Language, 'en'>, () => Promise<ReadinessWords>> = {
  de: () => import('../../i18n/readiness-de.ts').then(({ readinessDe }) => readinessDe),
}

/** The words that are loaded. Until then the recorder's own stand. */
const words = signal<Partial<Record<Language, ReadinessWords>>>({})

effect(() => {
  const wanted = language.value
  if (wanted === 'en' || words.peek()[wanted] !== undefined) return
  LOADERS[wanted]().then(
    (loaded) => {
      words.value = { ...words.peek(), [wanted]: loaded }
    },
    () => {},
  )
})

/**
 * Says what a check has found and what to do about it, in the language of the page. On a page that
 * is not English, the recorder's own English sentence about this case follows.
 */
export function ReadinessFinding({
  check: { id, result, detail, remedy },
}: {
  check: ReadinessCheck
}) {
  const known = words.value[language.value]?.[id][result]
  if (known === undefined)
    return (
      <p class="finding" lang="en">
        {detail} {remedy}
      </p>
    )
  return (
    <p class="finding">
      {known.join(' ')} <span lang="en">({detail})</span>
    </p>
  )
}
