import { createTextPart, fillIn, type TextKey } from '../../i18n/texts.ts'
import { type PlayerTextKey, t as playerText } from '../../player/texts/texts.ts'
import { en } from './en.ts'

const texts = createTextPart(en, { de: () => import('./de.ts').then(({ de }) => de) })
/** The name of a text of the audit. */
export type AuditTextKey = keyof typeof en

/**
 * Returns a text in the language that is shown, with its values filled in. The audit's own are
 * loaded with it. It names commands, acts and gaps like the player.
 */
export function t(
  key: TextKey | PlayerTextKey | AuditTextKey,
  values: Record<string, string | number> = {},
): string {
  return hasText(key) ? fillIn(texts.text(key), values) : playerText(key, values)
}

function hasText(key: string): key is AuditTextKey {
  return texts.has(key)
}
