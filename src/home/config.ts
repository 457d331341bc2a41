import { readFile } from 'node:fs/promises'
import type { Config } from '../contract/configuration.ts'
import { configMistakes } from './config-checks.ts'
import type { Home } from './home.ts'
import { codeOf, HomeError, messageOf } from './home-error.ts'

export type { Config } from '../contract/configuration.ts'

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
