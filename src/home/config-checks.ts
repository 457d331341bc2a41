import { isAbsolute } from 'node:path'
import { type Config, PAGE_LANGUAGES } from '../contract/configuration.ts'
import { QUALITY_PRESETS, QUALITY_RANGES, type Quality } from '../contract/quality.ts'
import { isClientTagKey, MAX_TAGS_PER_REQUEST } from '../contract/tag-key.ts'

const MAX_REMINDER_MINUTES = 1_440

type Checks<T> = { [K in keyof T]-?: (value: unknown) => string | null }

/** The mistake in each setting's value, as the end of a sentence; null if there is none. */
const CONFIG_CHECKS: Checks<Config> = {
  allowedOrigins: (value) => {
    if (!Array.isArray(value)) return 'must be a list of origins'
    // Browsers send origins (RFC 6454) without a path or trailing slash; never `*` or `null`.
    const invalid = value.find(
      (item) => typeof item !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^/\s?#@*]+$/.test(item),
    )
    return invalid === undefined
      ? null
      : `contains ${JSON.stringify(invalid)}, which is not an origin like "https://crm.example"`
  },
  keys: () => null,
  consent: () => null,
  holds: () => null,
  retention: () => null,
  lock: () => null,
  port: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535
      ? null
      : 'must be a whole number from 0 to 65535',
  reserveBytes: (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0
      ? null
      : 'must be a whole number of bytes, 0 or more',
  ffmpegPath: (value) =>
    typeof value === 'string' && isAbsolute(value) ? null : 'must be an absolute path',
  quality: qualityMistake,
  tags: (value) => membersMistake(value, TAGS_CHECKS),
  page: (value) => membersMistake(value, PAGE_CHECKS),
}

/** The keys that config.json may have. */
export const CONFIG_KEYS: readonly string[] = Object.keys(CONFIG_CHECKS)

const TAGS_CHECKS: Checks<NonNullable<Config['tags']>> = {
  allowCardNumbers: () => null,
  required: (value) => {
    if (!Array.isArray(value) || value.length > MAX_TAGS_PER_REQUEST)
      return `must be a list of at most ${MAX_TAGS_PER_REQUEST} tag keys`
    const invalid = value.find((key) => !isClientTagKey(key))
    return invalid === undefined
      ? null
      : `contains ${JSON.stringify(invalid)}, which is not a tag key that a client can set`
  },
}

const PAGE_CHECKS: Checks<NonNullable<Config['page']>> = {
  reminderMinutes: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_REMINDER_MINUTES
      ? null
      : `must be a whole number from 0 to ${MAX_REMINDER_MINUTES}`,
  language: (value) =>
    (PAGE_LANGUAGES as readonly unknown[]).includes(value)
      ? null
      : `must be ${PAGE_LANGUAGES.join(' or ')}`,
}

/** Returns the mistakes in an object of settings, as the end of a sentence about it. */
function membersMistake<T>(value: unknown, checks: Checks<T>): string | null {
  const mistakes = mistakesIn(value, checks)
  if (mistakes === null) return 'must be an object'
  return mistakes.length === 0 ? null : `is not valid: ${mistakes.join(', ')}`
}

/** Returns the mistakes in an object of settings; null when it is not an object. */
function mistakesIn<T>(value: unknown, checks: Checks<T>): string[] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.entries(value).flatMap(([key, entry]) => {
    if (!Object.hasOwn(checks, key))
      return [`unknown key ${JSON.stringify(key)} (known: ${Object.keys(checks).join(', ')})`]
    const mistake = checks[key as keyof T](entry)
    return mistake === null ? [] : [`"${key}" ${mistake}`]
  })
}

function qualityMistake(value: unknown): string | null {
  const presets = Object.keys(QUALITY_PRESETS)
  const isPreset = (name: unknown): boolean => presets.includes(name as string)
  if (isPreset(value)) return null
  const choices = `${presets.slice(0, -1).join(', ')} or ${presets.at(-1)}`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `must be ${choices}, or an object like {"preset": "small", "framesPerSecond": 10}`
  const mistakes = Object.entries(value).flatMap(([key, entry]) => {
    if (key === 'preset') return isPreset(entry) ? [] : [`"preset" must be ${choices}`]
    if (!Object.hasOwn(QUALITY_RANGES, key)) return [`unknown key ${JSON.stringify(key)}`]
    const [min, max] = QUALITY_RANGES[key as keyof Quality]
    const isInRange = Number.isInteger(entry) && entry >= min && entry <= max
    return isInRange ? [] : [`"${key}" must be a whole number from ${min} to ${max}`]
  })
  return mistakes.length === 0 ? null : `is not valid: ${mistakes.join(', ')}`
}

/** Returns every mistake in the content of config.json, each as a sentence without its end. */
export function configMistakes(value: unknown): string[] {
  return mistakesIn(value, CONFIG_CHECKS) ?? ['it must be a JSON object']
}
