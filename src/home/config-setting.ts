/** The forms of values in config.json, with the words that describe and demand them. */
import * as z from 'zod'

/** How docs/configuration.md and editors describe a setting. Markdown, in spans of a table. */
export interface SettingText {
  /** The values that it can have. */
  value: string
  /** The value that is in force without it. */
  default: string
  /** Its meaning. */
  meaning: string
}

/** The texts of all settings, by their schema. */
export const SETTING_TEXTS = z.registry<SettingText>()

/** Describes a setting that may be left out. */
export function setting<S extends z.ZodType>(schema: S, text: SettingText) {
  const optional = z.exactOptional(schema)
  SETTING_TEXTS.add(optional, text)
  return optional
}

/** Describes a setting that must be there. The schema must not be used elsewhere. */
export function required<S extends z.ZodType>(schema: S, text: Omit<SettingText, 'default'>): S {
  SETTING_TEXTS.add(schema, { ...text, default: 'must be there' })
  return schema
}

/** An object with these settings, and no others. */
export function group<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, { error: 'must be an object' })
}

/** A whole number. `unit` is what it counts, as in `of bytes`. */
export function wholeNumber(min: number, max?: number, unit = '') {
  const what = unit === '' ? 'a whole number' : `a whole number ${unit}`
  const error = `must be ${what}${max === undefined ? `, ${min} or more` : ` from ${min} to ${max}`}`
  const number = z.int({ error }).min(min, { error })
  return max === undefined ? number : number.max(max, { error })
}

/** True or false. */
export function switchable() {
  return z.boolean({ error: 'must be true or false' })
}

/** A value of these words. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, { error: `must be ${alternatives(words)}` })
}

/** A list of items, each of which `item` accepts. */
export function listOf<S extends z.ZodType>(item: S, of: string, max?: number) {
  const error = `must be a list of ${max === undefined ? '' : `at most ${max} `}${of}`
  const list = z.array(item, { error })
  return max === undefined ? list : list.max(max, { error })
}

/** A text that `accepts` accepts. `form` says which, as the end of a sentence. */
export function textLike(form: string, accepts: (text: string) => boolean) {
  return z.string({ error: form }).refine(accepts, { error: form })
}

/** Returns words as JSON in a cell of a table. */
export function wordList(words: readonly string[]): string {
  return words.map((word) => `\`"${word}"\``).join(', ')
}

/** Returns words as `"a", "b" or "c"`. */
export function alternatives(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`)
  return quoted.length < 2
    ? quoted.join('')
    : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}
