import { readFile } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import {
  QUALITY_PRESETS,
  QUALITY_RANGES,
  type Quality,
  type QualityChoice,
} from '../contract/quality.ts'
import type { Home } from './home.ts'
import { codeOf, HomeError, messageOf } from './home-error.ts'

/** The settings of config.json. */
export interface Config {
  /** Origins of web pages that may call the API, e.g. `https://crm.example`. */
  allowedOrigins?: string[]
  /** TCP port, 0–65535; 0 picks a free one. */
  port?: number
  /** Absolute path of the ffmpeg program. */
  ffmpegPath?: string
  /** Reserve: bytes to keep free on the disk of the recordings. */
  reserveBytes?: number
  /** Quality of recordings whose start names none (default: standard). */
  quality?: QualityChoice
}

/**
 * Reads config.json. Returns an empty configuration if there is no such file. Throws {@link
 * HomeError} naming every mistake.
 */
export async function readConfig(home: Home): Promise<Config> {
  let text: string
  try {
    text = await readFile(home.configFile, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return {}
    throw new HomeError(`${home.configFile} cannot be read: ${messageOf(cause)}.`, { cause })
  }
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new HomeError(`${home.configFile} is not valid JSON: ${messageOf(cause)}.`, { cause })
  }
  const mistakes = configMistakes(value)
  if (mistakes.length > 0)
    throw new HomeError(`${home.configFile} is not valid: ${mistakes.join('; ')}.`)
  return value as Config
}

/** The mistake in each setting's value, as the end of a sentence; null if there is none. */
const CONFIG_CHECKS: { [K in keyof Config]-?: (value: unknown) => string | null } = {
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
}

/** The keys that config.json may have. */
export const CONFIG_KEYS: readonly string[] = Object.keys(CONFIG_CHECKS)

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

function configMistakes(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return ['it must be a JSON object']
  const known = CONFIG_KEYS.join(', ')
  return Object.entries(value).flatMap(([key, entry]) => {
    if (!Object.hasOwn(CONFIG_CHECKS, key))
      return [`unknown key ${JSON.stringify(key)} (known: ${known})`]
    const mistake = CONFIG_CHECKS[key as keyof Config](entry)
    return mistake === null ? [] : [`"${key}" ${mistake}`]
  })
}
