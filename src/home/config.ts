import { readFile } from 'node:fs/promises'
import type { Config } from '../contract/configuration.ts'
import type { ConfigMistake } from './config-mistakes.ts'
import type { Home } from './home.ts'
import { codeOf, HomeError, messageOf } from './home-error.ts'

export type { Config } from '../contract/configuration.ts'

/** A file with settings has mistakes. The message names each with its line, column and remedy. */
export class ConfigError extends HomeError {
  override name = 'ConfigError'
  readonly file: string
  readonly mistakes: readonly ConfigMistake[]

  constructor(file: string, mistakes: readonly ConfigMistake[]) {
    const lines = mistakes.map(
      ({ line, column, detail, remedy }) => `  Line ${line}, column ${column}: ${detail} ${remedy}`,
    )
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
    super([`${file} has ${count}:`, ...lines].join('\n'))
    this.file = file
    this.mistakes = mistakes
  }
}

/**
 * Reads config.json. Returns an empty configuration if there is no such file. Throws {@link
 * HomeError} if it cannot be read, {@link ConfigError} if it has mistakes.
 */
export async function readConfig(home: Home): Promise<Config> {
  return (await readConfigFile(home.configFile)) ?? {}
}

/** Reads a file with settings like {@link readConfig}. Undefined if there is no such file. */
export async function readConfigFile(file: string): Promise<Config | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    if (codeOf(cause) === 'ENOTDIR')
      throw new HomeError(`There is no ${file}: a part of its path is a file, and no folder.`, {
        cause,
      })
    if (codeOf(cause) === 'EISDIR')
      throw new HomeError(`${file} is a folder. Remove it, or put the file there.`, { cause })
    throw new HomeError(`${file} cannot be read: ${messageOf(cause)}.`, { cause })
  }
  // Most commands need no settings, and the schema takes a while to load.
  const { parseConfig } = await import('./config-mistakes.ts')
  const parsed = parseConfig(text)
  if ('mistakes' in parsed) throw new ConfigError(file, parsed.mistakes)
  return parsed.config
}
