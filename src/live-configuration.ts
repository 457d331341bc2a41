import { isDeepStrictEqual } from 'node:util'
import {
  type Config,
  custodyRules,
  type EffectiveConfiguration,
  listSettings,
  RESTART_SETTINGS,
} from './contract/configuration.ts'
import type { CustodyRules } from './contract/custody.ts'
import { type ConfigurationSources, effectiveConfiguration } from './effective-configuration.ts'

/** The names of the settings that differ in a new reading of config.json. */
export interface ConfigurationChange {
  changed: string[]
  /** Settings that have another value in config.json, and keep theirs until a restart. */
  needRestart: string[]
}

/** Where the settings come from. */
export interface LiveConfigurationOptions extends ConfigurationSources {
  /** Reads config.json again. Rejects when it has mistakes. */
  readConfig(): Promise<Config>
}

type RecordRules = (rules: CustodyRules) => Promise<void>

/** The settings in force, which can change while the daemon runs. */
export class LiveConfiguration {
  /** Always the same object, which is changed in place. */
  readonly current: EffectiveConfiguration
  readonly #options: LiveConfigurationOptions
  #reloading: Promise<unknown> = Promise.resolve()

  constructor(options: LiveConfigurationOptions) {
    this.#options = options
    this.current = effectiveConfiguration(options)
  }

  /** Returns the rules of custody in force. */
  rules(): CustodyRules {
    return custodyRules(this.current)
  }

  /**
   * Reads config.json again and puts in force what can change at run time. `recordRules` makes the
   * new rules of custody durable before that. Rejects without having changed anything when the file
   * has mistakes, or the rules cannot be recorded.
   */
  reload(recordRules: RecordRules): Promise<ConfigurationChange> {
    const reloaded = this.#reloading.then(() => this.#reload(recordRules))
    this.#reloading = reloaded.catch(() => {})
    return reloaded
  }

  async #reload(recordRules: RecordRules): Promise<ConfigurationChange> {
    const { readConfig, ...sources } = this.#options
    const wanted = effectiveConfiguration({ ...sources, config: await readConfig() })
    const before = new Map(listSettings(this.current))
    const differing = listSettings(wanted)
      .filter(([name, setting]) => !isDeepStrictEqual(setting, before.get(name)))
      .map(([name]) => name)
    const { port, source, reserveBytes, ffmpegPath, logLevel, keys } = this.current
    const next: EffectiveConfiguration = {
      ...wanted,
      ...{ port, source, reserveBytes, ffmpegPath, logLevel },
      keys: { ...wanted.keys, store: keys.store },
    }
    await recordRules(custodyRules(next))
    Object.assign(this.current, next)
    return {
      changed: differing.filter((name) => !RESTART_SETTINGS.includes(name)),
      needRestart: differing.filter((name) => RESTART_SETTINGS.includes(name)),
    }
  }
}
