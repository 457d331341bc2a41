import { fillIn, language, type TextKey } from '../../i18n/texts.ts'
import { type PlayerTextKey, t as playerText } from '../../player/texts/texts.ts'
import { de } from './de.ts'
import { en } from './en.ts'

const LANGUAGES = { en, de }
/** The name of a text of the inspector. */
export type InspectorTextKey = keyof typeof en

/**
 * Returns a text in the language that is shown, with its values filled in. The inspector's own are
 * loaded with it: nobody else needs them.
 */
export function t(
  key: TextKey | PlayerTextKey | InspectorTextKey,
  values: Record<string, string | number> = {},
): string {
  return hasText(key) ? fillIn(LANGUAGES[language.value][key], values) : playerText(key, values)
}

/** Whether the inspector has a text of this name. */
export function hasText(key: string): key is InspectorTextKey {
  return Object.hasOwn(en, key)
}
