import type { Medium } from '../../contract/media.ts'
import { language, t } from '../i18n/texts.ts'

/** Returns the name of a medium in the language of the page. */
export function mediumName(medium: Medium): string {
  return t(`medium.${medium}`)
}

/** Lists media, such as `Microphone, Speaker`. Returns '' for none. */
export function mediaText(media: readonly Medium[]): string {
  const format = new Intl.ListFormat(language.value, { type: 'conjunction' })
  return format.format(media.map(mediumName))
}
