import * as z from 'zod'
import {
  KEEP_READY,
  KEY_STORES,
  PAGE_LANGUAGES,
  SETTING_SOURCES,
} from '../../contract/configuration.ts'
import { custodyRules } from './custody-rules.ts'
import { count } from './parts.ts'

function setting<S extends z.ZodType>(value: S) {
  return z.object({ value, from: z.enum(SETTING_SOURCES) })
}

/** Each member as a setting. */
function settingsOf<S extends z.ZodRawShape>(shape: S) {
  const members = Object.entries(shape).map(([name, schema]) => [
    name,
    setting(schema as z.ZodType),
  ])
  return z.object(
    Object.fromEntries(members) as { [K in keyof S]: ReturnType<typeof setting<S[K] & z.ZodType>> },
  )
}

/** The settings that are in force. */
export const configuration = z.object({
  port: setting(z.int()).describe('The port in use'),
  allowedOrigins: setting(z.array(z.string())),
  source: setting(z.enum(['devices', 'synthetic'])),
  reserveBytes: setting(count),
  quality: setting(
    z.object({
      framesPerSecond: z.int(),
      screenCrf: z.int(),
      micBitsPerSecond: z.int(),
      speakerBitsPerSecond: z.int(),
    }),
  ).describe('The quality of recordings whose start names none'),
  ffmpegPath: setting(z.string().nullable()).describe('The ffmpeg in use; null when there is none'),
  logLevel: setting(z.string()),
  capture: z.object({
    keepReady: setting(z.enum(KEEP_READY)).describe(
      'When programs wait for the next start or resume: always, after a capture, or never',
    ),
  }),
  tags: z.object({
    required: setting(z.array(z.string())).describe('The tags without which no recording starts'),
    allowCardNumbers: setting(z.boolean()).describe(
      'Whether tags may hold numbers of payment cards',
    ),
  }),
  keys: z.object({
    store: setting(z.enum(KEY_STORES)).describe('Where the master key is kept'),
    escrowRecipients: setting(z.array(z.string())).describe(
      'Recipients of age for which the key of each new recording is also wrapped',
    ),
  }),
  consent: settingsOf(custodyRules.shape.consent.shape),
  holds: settingsOf(custodyRules.shape.holds.shape),
  retention: settingsOf(custodyRules.shape.retention.shape),
  lock: settingsOf(custodyRules.shape.lock.shape),
  audit: z.object({
    witnesses: setting(z.array(z.object({ url: z.string(), vkey: z.string() }))).describe(
      'The witnesses to which checkpoints of the log are sent',
    ),
    timestampUrl: setting(z.string().nullable()).describe(
      'The authority that timestamps checkpoints; null when there is none',
    ),
  }),
  page: z.object({
    reminderMinutes: setting(count).describe('Minutes of recording between reminders; 0: none'),
    language: setting(z.enum(PAGE_LANGUAGES).nullable()).describe('Null: that of the browser'),
  }),
})
