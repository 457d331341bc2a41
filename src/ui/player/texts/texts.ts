import { createTextPart, fillIn, t as pageText, type TextKey } from '../../i18n/texts.ts'
import { en } from './en.ts'

const texts = createTextPart(en, { de: () => import('./de.ts').then(({ de }) => de) })
/** The name of a text of the player. */
export type PlayerTextKey = keyof typeof en

/**
 * Returns a text in the language that is shown, with its values filled in. The player's own are
 * loaded with it, and with the inspector.
 */
export function t(
  key: TextKey | PlayerTextKey,
  values: Record<string, string | number> = {},
): string {
  return hasText(key) ? fillIn(texts.text(key), values) : pageText(key, values)
}

/** Whether the player has a text of this name. */
export function hasText(key: string): key is PlayerTextKey {
  return texts.has(key)
}
