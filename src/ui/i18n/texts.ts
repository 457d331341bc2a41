import { computed, signal } from '@preact/signals'
import { de } from './de.ts'
import { en } from './en.ts'

/** The languages of the page. */
export const LANGUAGES = { en, de }
/** A language of the page. */
export type Language = keyof typeof LANGUAGES
/** The name of a text. */
export type TextKey = keyof typeof en

/** The language that the person has chosen; null follows the configuration. */
export const chosenLanguage = signal<Language | null>(null)
/** The language that the configuration names; null follows the browser. */
export const configuredLanguage = signal<Language | null>(null)

/** The language that is shown. */
export const language = computed<Language>(() => {
  const chosen = chosenLanguage.value ?? configuredLanguage.value
  if (chosen !== null) return chosen
  const preferred = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())
  return (preferred.find((tag) => tag in LANGUAGES) as Language | undefined) ?? 'en'
})

/**
 * The locale of times and dates: the language that is shown, with the person's country, which
 * decides between 12 and 24 hours.
 */
export const locale = computed(
  () => navigator.languages.find((tag) => tag.startsWith(language.value)) ?? language.value,
)

/** Returns a text in the language that is shown, with its values filled in. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return fillIn(LANGUAGES[language.value][key], values)
}

/** Replaces the names in braces of a text by their values. */
export function fillIn(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  )
}
