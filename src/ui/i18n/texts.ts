import { computed, effect, signal } from '@preact/signals'
import { PAGE_LANGUAGES, type PageLanguage } from '../../contract/configuration.ts'
import { en } from './en.ts'

/** The languages of the page. */
export const LANGUAGES = PAGE_LANGUAGES
/** A language of the page. */
export type Language = PageLanguage
/** The name of a text. */
export type TextKey = keyof typeof en

/** Loads the texts of a part of the page in the languages that not everybody needs. */
type TextLoaders<Key extends string> = Record<
  Exclude<Language, 'en'>,
  () => Promise<Record<Key, string>>
>

/** The texts of a part of the page, in the language that is shown. */
export interface TextPart<Key extends string> {
  has(key: string): key is Key
  text(key: Key): string
}

/** The language that the person has chosen; null follows the configuration. */
export const chosenLanguage = signal<Language | null>(null)
/** The language that the configuration names; null follows the browser. */
export const configuredLanguage = signal<Language | null>(null)

/** The language that is shown. It changes when the texts of all loaded parts are there. */
export const language = signal<Language>('en')

const wantedLanguage = computed<Language>(() => {
  const chosen = chosenLanguage.value ?? configuredLanguage.value
  if (chosen !== null) return chosen
  const preferred = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())
  return preferred.find(isLanguage) ?? 'en'
})

/** Whether the page has texts in a language. */
export function isLanguage(tag: string): tag is Language {
  return (LANGUAGES as readonly string[]).includes(tag)
}

const loadPart: ((wanted: Language) => Promise<void>)[] = []

/** Creates the texts of a part of the page. Those in English stand for others until they come. */
export function createTextPart<Key extends string>(
  english: Record<Key, string>,
  loaders: TextLoaders<Key>,
): TextPart<Key> {
  const loaded: Partial<Record<Language, Record<Key, string>>> = { en: english }
  loadPart.push(async (wanted) => {
    if (wanted !== 'en') loaded[wanted] ??= await loaders[wanted]()
  })
  return {
    has: (key): key is Key => Object.hasOwn(english, key),
    text: (key) => (loaded[language.value] ?? english)[key],
  }
}

/**
 * Shows the language that is wanted as soon as the texts of all parts are loaded. Call it before a
 * new part is shown. Rejects when the recorder does not send them.
 */
export async function loadTexts(): Promise<void> {
  const wanted = wantedLanguage.peek()
  await Promise.all(loadPart.map((load) => load(wanted)))
  if (wanted === wantedLanguage.peek()) language.value = wanted
}

/** Shows another language whenever another one is wanted. */
export function followLanguage(): void {
  effect(() => {
    void wantedLanguage.value
    // The page stays in its language when the recorder is gone; its banner says that.
    loadTexts().catch(() => {})
  })
}

/**
 * The locale of times and dates: the language that is shown, with the person's country, which
 * decides between 12 and 24 hours.
 */
export const locale = computed(
  () => navigator.languages.find((tag) => tag.startsWith(language.value)) ?? language.value,
)

const page = createTextPart(en, { de: () => import('./de.ts').then(({ de }) => de) })

/** Returns a text in the language that is shown, with its values filled in. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return fillIn(page.text(key), values)
}

/** Whether the page has a text of this name. */
export function hasText(key: string): key is TextKey {
  return page.has(key)
}

/** Replaces the names in braces of a text by their values. */
export function fillIn(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  )
}
