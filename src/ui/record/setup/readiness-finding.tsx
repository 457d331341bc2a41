import { effect, signal } from '@preact/signals'
import type { ReadinessCheck } from '../../../contract/views.ts'
import { language } from '../../i18n/texts.ts'

type Texts = typeof import('../../i18n/readiness-de.ts').readinessDe

/** The German words; null until they are loaded, and on a page in English. */
const words = signal<Texts | null>(null)

// Loaded for those who need them. Until then the recorder's own words stand.
effect(() => {
  if (language.value !== 'de' || words.peek() !== null) return
  import('../../i18n/readiness-de.ts').then(
    ({ readinessDe }) => {
      words.value = readinessDe
    },
    () => {},
  )
})

/**
 * Says what a check has found and what to do about it, in the language of the page. On a German page the
 * recorder's own English sentence about this case follows.
 */
export function ReadinessFinding({
  check: { id, result, detail, remedy },
}: {
  check: ReadinessCheck
}) {
  const known = language.value === 'de' ? words.value?.[id][result] : undefined
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
