import type { CustodyRules } from './custody.ts'
import type { WitnessSetting } from './outsiders.ts'
import type { Quality, QualityChoice } from './quality.ts'

/** The languages of the recorder's page. */
export const PAGE_LANGUAGES = ['en', 'de'] as const
/** A language of the recorder's page. */
export type PageLanguage = (typeof PAGE_LANGUAGES)[number]

/** The places where a master key can be kept. */
export const KEY_STORES = ['auto', 'system', 'file'] as const
/** Where the master key is kept. */
export type KeyStore = (typeof KEY_STORES)[number]

/**
 * When programs are started in advance for the next capture: always, for ten minutes after a
 * capture, or never.
 */
export const KEEP_READY = ['always', 'afterUse', 'never'] as const
/** When programs are started in advance. */
export type KeepReady = (typeof KEEP_READY)[number]

/** The settings of config.json. */
export interface Config {
  /** The address of a JSON Schema, for editors. */
  $schema?: string
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
  capture?: {
    /** When programs are started in advance (default: always). */
    keepReady?: KeepReady
  }
  tags?: {
    /** Tags without which no recording starts. */
    required?: string[]
    /** Whether tags may hold the numbers of payment cards (default: false). */
    allowCardNumbers?: boolean
  }
  keys?: {
    /** Where the master key is kept (default: auto, the system's key store if there is one). */
    store?: KeyStore
    /** Recipients of age (`age1…`) for which the key of each new recording is also wrapped. */
    escrowRecipients?: string[]
  }
  consent?: Partial<CustodyRules['consent']>
  holds?: Partial<CustodyRules['holds']>
  retention?: Partial<CustodyRules['retention']>
  lock?: Partial<CustodyRules['lock']>
  audit?: {
    /** Witnesses, which cosign checkpoints of the log (default: none). */
    witnesses?: WitnessSetting[]
    /** Address of an RFC 3161 timestamp authority (default: none). */
    timestampUrl?: string
  }
  page?: {
    /** Minutes of recording between two reminders (default: 15); 0 means none. */
    reminderMinutes?: number
    /** The language of the page (default: that of the browser). */
    language?: PageLanguage
  }
}

/** Where a setting can come from. Of several places, the first wins. */
export const SETTING_SOURCES = ['option', 'environment', 'config.json', 'default'] as const
/** The place that a setting comes from. */
export type SettingSource = (typeof SETTING_SOURCES)[number]

/** A setting that is in force, and the place that it comes from. */
export interface Setting<T> {
  value: T
  from: SettingSource
}

type SettingsOf<T> = { [K in keyof T]: Setting<T[K]> }

/**
 * The settings that are in force. Those that can change while the daemon runs are changed in place:
 * read a setting when you need it. None of them is a secret. */
export interface EffectiveConfiguration {
  port: Setting<number>
  allowedOrigins: Setting<readonly string[]>
  source: Setting<'devices' | 'synthetic'>
  reserveBytes: Setting<number>
  /** The quality of recordings whose start names none. */
  quality: Setting<Quality>
  /** The ffmpeg in use; null when there is none. */
  ffmpegPath: Setting<string | null>
  logLevel: Setting<string>
  capture: {
    keepReady: Setting<KeepReady>
  }
  tags: {
    /** The tags without which no recording starts. */
    required: Setting<readonly string[]>
    /** Whether tags may hold the numbers of payment cards. */
    allowCardNumbers: Setting<boolean>
  }
  keys: {
    store: Setting<KeyStore>
    /** Recipients of age for which the key of each new recording is also wrapped. */
    escrowRecipients: Setting<string[]>
  }
  consent: SettingsOf<CustodyRules['consent']>
  holds: SettingsOf<CustodyRules['holds']>
  retention: SettingsOf<CustodyRules['retention']>
  lock: SettingsOf<CustodyRules['lock']>
  audit: {
    /** The witnesses to which checkpoints are sent. */
    witnesses: Setting<readonly WitnessSetting[]>
    /** The authority that timestamps checkpoints; null when there is none. */
    timestampUrl: Setting<string | null>
  }
  page: {
    /** The minutes of recording between two reminders; 0 means none. */
    reminderMinutes: Setting<number>
    /** Null means that of the browser. */
    language: Setting<PageLanguage | null>
  }
}

/** The settings that need a restart: everything else can change while the daemon runs. */
export const RESTART_SETTINGS: readonly string[] = [
  'port',
  'source',
  'reserveBytes',
  'ffmpegPath',
  'logLevel',
  'keys.store',
]

/** Lists every setting by its name, e.g. `consent.mode`. */
export function listSettings(configuration: EffectiveConfiguration): [string, Setting<unknown>][] {
  return Object.entries(configuration).flatMap(([name, entry]) =>
    isSetting(entry)
      ? [[name, entry] as [string, Setting<unknown>]]
      : Object.entries(entry).map(
          ([member, value]) => [`${name}.${member}`, value] as [string, Setting<unknown>],
        ),
  )
}

function isSetting(entry: object): entry is Setting<unknown> {
  return 'from' in entry
}

/** Returns the rules of custody of a configuration. */
export function custodyRules(configuration: EffectiveConfiguration): CustodyRules {
  const { consent, holds, retention, lock, keys, tags, audit } = configuration
  return {
    consent: {
      mode: consent.mode.value,
      eraseWhenWithdrawn: consent.eraseWhenWithdrawn.value,
    },
    holds: { releaseBy: holds.releaseBy.value },
    retention: {
      rules: retention.rules.value,
      minDays: retention.minDays.value,
      maxDays: retention.maxDays.value,
    },
    escrowRecipients: keys.escrowRecipients.value,
    allowCardNumbers: tags.allowCardNumbers.value,
    lock: { pause: lock.pause.value, resume: lock.resume.value },
    audit: { witnesses: [...audit.witnesses.value], timestampUrl: audit.timestampUrl.value },
  }
}
