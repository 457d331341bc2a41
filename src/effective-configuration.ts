import {
  type EffectiveConfiguration,
  KEY_STORES,
  type KeyStore,
  type Setting,
} from './contract/configuration.ts'
import { RecorderError } from './contract/errors.ts'
import { type QualityChoice, type QualityPreset, resolveQuality } from './contract/quality.ts'
import { DEFAULT_RESERVE_BYTES } from './disk/default-reserve.ts'
import type { Config } from './home/config.ts'

/** 0xF2F. */
const DEFAULT_PORT = 3887
const DEFAULT_REMINDER_MINUTES = 15

/** The places from which the daemon's settings come. */
export interface ConfigurationSources {
  options: {
    port?: number
    quality?: QualityPreset
    source: 'devices' | 'synthetic'
    reserveBytes?: number
  }
  env: NodeJS.ProcessEnv
  config: Config
  logLevel: string
}

/**
 * Decides every setting, from its first place that has it. The path of ffmpeg is the one that is
 * configured; without one it is looked for later. Throws INVALID_REQUEST for a wrong value in the
 * environment.
 */
export function effectiveConfiguration(sources: ConfigurationSources): EffectiveConfiguration {
  const { options, env, config, logLevel } = sources
  const quality = setting<QualityChoice>('standard', {
    option: options.quality,
    'config.json': config.quality,
  })
  return {
    port: setting(DEFAULT_PORT, {
      option: options.port,
      environment: portOf(env),
      'config.json': config.port,
    }),
    allowedOrigins: setting([], { 'config.json': config.allowedOrigins }),
    source: setting('devices', {
      option: options.source === 'synthetic' ? options.source : undefined,
    }),
    reserveBytes: setting(DEFAULT_RESERVE_BYTES, {
      option: options.reserveBytes,
      'config.json': config.reserveBytes,
    }),
    quality: { ...quality, value: resolveQuality(quality.value) },
    ffmpegPath: ffmpegSetting(config, env),
    logLevel: {
      value: logLevel,
      from: env.F2F_LOG_LEVEL === undefined ? 'default' : 'environment',
    },
    capture: {
      keepReady: setting('always', { 'config.json': config.capture?.keepReady }),
    },
    tags: {
      required: setting([], { 'config.json': config.tags?.required }),
      allowCardNumbers: setting(false, { 'config.json': config.tags?.allowCardNumbers }),
    },
    keys: {
      store: setting('auto', {
        environment: keyStoreOf(env),
        'config.json': config.keys?.store,
      }),
      escrowRecipients: setting([], { 'config.json': config.keys?.escrowRecipients }),
    },
    ...custodySettings(config),
    audit: {
      witnesses: setting([], { 'config.json': config.audit?.witnesses }),
      timestampUrl: setting(null, { 'config.json': config.audit?.timestampUrl }),
    },
    page: {
      reminderMinutes: setting(DEFAULT_REMINDER_MINUTES, {
        'config.json': config.page?.reminderMinutes,
      }),
      language: setting(null, { 'config.json': config.page?.language }),
    },
  }
}

function custodySettings({ consent, holds, retention, lock }: Config) {
  return {
    consent: {
      mode: setting('off', { 'config.json': consent?.mode }),
      eraseWhenWithdrawn: setting(false, { 'config.json': consent?.eraseWhenWithdrawn }),
    },
    holds: { releaseBy: setting('anyone', { 'config.json': holds?.releaseBy }) },
    retention: {
      rules: setting([], { 'config.json': retention?.rules }),
      minDays: setting(0, { 'config.json': retention?.minDays }),
      maxDays: setting(null, { 'config.json': retention?.maxDays }),
    },
    lock: {
      pause: setting(['mic', 'screen'], { 'config.json': lock?.pause }),
      resume: setting(false, { 'config.json': lock?.resume }),
    },
  } satisfies Pick<EffectiveConfiguration, 'consent' | 'holds' | 'retention' | 'lock'>
}

type Places<T> = { [From in Exclude<Setting<T>['from'], 'default'>]?: T | undefined }

function setting<T>(fallback: T, places: Places<T>): Setting<T> {
  for (const from of ['option', 'environment', 'config.json'] as const) {
    const value = places[from]
    if (value !== undefined) return { value, from }
  }
  return { value: fallback, from: 'default' }
}

/** The exception among the settings: config.json wins over the environment. */
function ffmpegSetting({ ffmpegPath }: Config, env: NodeJS.ProcessEnv): Setting<string | null> {
  if (ffmpegPath !== undefined) return { value: ffmpegPath, from: 'config.json' }
  const { FFMPEG_BIN } = env
  if (FFMPEG_BIN) return { value: FFMPEG_BIN, from: 'environment' }
  return { value: null, from: 'default' }
}

function keyStoreOf({ F2F_KEY_STORE }: NodeJS.ProcessEnv): KeyStore | undefined {
  if (F2F_KEY_STORE === undefined || F2F_KEY_STORE === '') return undefined
  const store = KEY_STORES.find((one) => one === F2F_KEY_STORE)
  if (store !== undefined) return store
  throw new RecorderError('INVALID_REQUEST', `F2F_KEY_STORE must be ${KEY_STORES.join(', ')}.`)
}

function portOf(env: NodeJS.ProcessEnv): number | undefined {
  if (env.F2F_PORT === undefined || env.F2F_PORT === '') return undefined
  const port = Number(env.F2F_PORT)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new RecorderError('INVALID_REQUEST', 'F2F_PORT must be a whole number from 0 to 65535.')
}
