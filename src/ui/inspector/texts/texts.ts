import { createTextPart, fillIn, type TextKey } from '../../i18n/texts.ts'
import { type PlayerTextKey, t as playerText } from '../../player/texts/texts.ts'
import { en } from './en.ts'

const texts = createTextPart(en, { de: () => import('./de.ts').then(({ de }) => de) })
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
  return hasText(key) ? fillIn(texts.text(key), values) : playerText(key, values)
}

/** Whether the inspector has a text of this name. */
export function hasText(key: string): key is InspectorTextKey {
  return texts.has(key)
}
