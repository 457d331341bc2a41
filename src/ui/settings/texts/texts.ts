import { createTextPart, fillIn, t as pageText, type TextKey } from '../../i18n/texts.ts'
import { en } from './en.ts'

const texts = createTextPart(en, { de: () => import('./de.ts').then(({ de }) => de) })
/** The name of a text of the settings. */
export type SettingsTextKey = keyof typeof en

/**
 * Returns a text in the language that is shown, with its values filled in. Those of the
 * settings are loaded with them.
 */
export function t(
  key: TextKey | SettingsTextKey,
  values: Record<string, string | number> = {},
): string {
  return hasText(key) ? fillIn(texts.text(key), values) : pageText(key, values)
}

function hasText(key: string): key is SettingsTextKey {
  return texts.has(key)
}
