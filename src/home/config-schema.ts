/**
 * The one schema of config.json. Its checks, docs/configuration.md and the JSON Schema of
 * `f2f config schema` all come from it.
 */
import { isAbsolute } from 'node:path'
import * as z from 'zod'
import { parseRecipient } from '../age/identity.ts'
import { type Config, KEEP_READY, KEY_STORES, PAGE_LANGUAGES } from '../contract/configuration.ts'
import type { Same } from '../contract/same-type.ts'
import { MAX_TAGS_PER_REQUEST } from '../contract/tag-key.ts'
import { AUDIT_SETTINGS } from './config-audit.ts'
import { CUSTODY_SETTINGS, TAG_KEY_FORM } from './config-custody.ts'
import { qualitySetting } from './config-quality.ts'
import {
  group,
  listOf,
  oneOf,
  setting,
  switchable,
  textLike,
  wholeNumber,
  wordList,
} from './config-setting.ts'

/** Browsers send origins (RFC 6454) without a path or trailing slash; never `*` or `null`. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#@*]+$/

const origin = textLike('must be an origin such as "https://crm.example", without a path', (text) =>
  ORIGIN.test(text),
)

const absolutePath = textLike('must be an absolute path', isAbsolute)

const recipient = textLike(
  'must be a recipient of age such as "age1…", as age-keygen prints it',
  (text) => text.startsWith('age1') && parseRecipient(text) !== undefined,
)

const capture = group({
  keepReady: setting(oneOf(KEEP_READY), {
    value: wordList(KEEP_READY),
    default: '`"always"`',
    meaning:
      'when programs wait for the next start or resume: always, for ten minutes after a capture, or never',
  }),
})

const tags = group({
  required: setting(listOf(TAG_KEY_FORM, 'tag keys', MAX_TAGS_PER_REQUEST), {
    value: `a list of at most ${MAX_TAGS_PER_REQUEST} tag keys`,
    default: '`[]`',
    meaning: 'a recording starts only with all of these tags, and none of them empty',
  }),
  allowCardNumbers: setting(switchable(), {
    value: '`true`, `false`',
    default: '`false`',
    meaning: 'whether tags may hold the numbers of payment cards',
  }),
})

const keys = group({
  store: setting(oneOf(KEY_STORES), {
    value: wordList(KEY_STORES),
    default: '`"auto"`',
    meaning:
      'where the master key is kept: in the key store of the system, or in a file. `"auto"` is the key store if there is one, else the file',
  }),
  escrowRecipients: setting(listOf(recipient, 'recipients of age'), {
    value: 'a list of recipients of age, such as `"age1…"`',
    default: '`[]`',
    meaning: 'the key of each new recording is also wrapped for each of them',
  }),
})

const page = group({
  reminderMinutes: setting(wholeNumber(0, 1_440), {
    value: 'whole number, 0 to 1440',
    default: '15',
    meaning: 'minutes of recording between two reminders; 0 means none',
  }),
  language: setting(oneOf(PAGE_LANGUAGES), {
    value: wordList(PAGE_LANGUAGES),
    default: 'that of the browser',
    meaning: 'the language of the page',
  }),
})

const anObject = { value: 'an object, as below', default: '–' }

/** The schema of config.json. */
export const CONFIG_SCHEMA = group({
  $schema: setting(z.string({ error: 'must be the address of a JSON Schema' }), {
    value: 'the address of a JSON Schema',
    default: '–',
    meaning: 'for editors, see [f2f config schema](#checks-and-editors); the recorder ignores it',
  }),
  allowedOrigins: setting(listOf(origin, 'origins'), {
    value: 'a list of origins, such as `"https://crm.example"`; no path, never `*` or `null`',
    default: '`[]`',
    meaning: 'web pages that may [call the API](authentication.md#host-and-origin)',
  }),
  port: setting(wholeNumber(0, 65_535), {
    value: 'whole number, 0 to 65535',
    default: '3887',
    meaning: 'TCP port on 127.0.0.1; 0 picks a free one, which `daemon.json` then names',
  }),
  ffmpegPath: setting(absolutePath, {
    value: 'an absolute path',
    default: 'see [which ffmpeg](prerequisites.md#which-ffmpeg)',
    meaning: 'the ffmpeg program',
  }),
  reserveBytes: setting(wholeNumber(0, undefined, 'of bytes'), {
    value: 'whole number of bytes, 0 or more',
    default: '256000000',
    meaning:
      '[the reserve](command-line.md#the-reserve): space that stays free on the disk of the recordings',
  }),
  quality: setting(qualitySetting, {
    value: 'a preset, or an object, as below',
    default: '`"standard"`',
    meaning: 'quality of recordings whose start names none',
  }),
  capture: setting(capture, { ...anObject, meaning: 'how media are captured' }),
  tags: setting(tags, { ...anObject, meaning: 'tags that a recording must have or may have' }),
  page: setting(page, { ...anObject, meaning: 'the recorder’s page' }),
  keys: setting(keys, { ...anObject, meaning: 'the keys that seal recordings' }),
  ...CUSTODY_SETTINGS,
  audit: setting(AUDIT_SETTINGS, {
    ...anObject,
    meaning: 'services outside this computer that remember checkpoints of the log',
  }),
})

// The compiler compares the schema with the type that the rest of the recorder uses.
const isSame: Same<z.infer<typeof CONFIG_SCHEMA>, Config> = true
void isSame
