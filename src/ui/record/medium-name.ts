import { computed } from '@preact/signals'
import type { Medium } from '../../contract/media.ts'
import { language, t } from '../i18n/texts.ts'

/** Made once for a language. */
const lists = computed(() => new Intl.ListFormat(language.value, { type: 'conjunction' }))

/** Returns the name of a medium in the language of the page. */
export function mediumName(medium: Medium): string {
  return t(`medium.${medium}`)
}

/** Lists media, such as `Microphone, Speaker`. Returns '' for none. */
export function mediaText(media: readonly Medium[]): string {
  return lists.value.format(media.map(mediumName))
}
