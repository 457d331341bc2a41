import { fillIn, language, t as pageText, type TextKey } from '../../i18n/texts.ts'
import { de } from './de.ts'
import { en } from './en.ts'

const LANGUAGES = { en, de }
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
  return hasText(key) ? fillIn(LANGUAGES[language.value][key], values) : pageText(key, values)
}

function hasText(key: string): key is SettingsTextKey {
  return Object.hasOwn(en, key)
}
