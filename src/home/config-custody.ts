/** The rules of custody in config.json. A change of one of them is an event. */
import * as z from 'zod'
import { CONSENT_MODES, CONSENT_STATES } from '../contract/custody.ts'
import { MEDIA } from '../contract/media.ts'
import { isClientTagKey } from '../contract/tag-key.ts'
import {
  group,
  listOf,
  oneOf,
  required,
  setting,
  switchable,
  textLike,
  wholeNumber,
  wordList,
} from './config-setting.ts'

/** A hundred years. */
const MAX_DAYS = 36_500
const MAX_RULES = 64

/** A tag key that a client can set. */
export const TAG_KEY_FORM = textLike('must be a tag key that a client can set', isClientTagKey)

const consent = group({
  mode: setting(oneOf(CONSENT_MODES), {
    value: wordList(CONSENT_MODES),
    default: '`"off"`',
    meaning:
      'whether the page asks for consent: no, yes, or yes and no recording starts without it',
  }),
  eraseWhenWithdrawn: setting(switchable(), {
    value: '`true`, `false`',
    default: '`false`',
    meaning: 'whether a recording is erased when its consent is withdrawn',
  }),
})

const holds = group({
  releaseBy: setting(oneOf(['anyone', 'other']), {
    value: '`"anyone"`, `"other"`',
    default: '`"anyone"`',
    meaning: 'who may release a hold. `"other"`: not only the one who placed it',
  }),
})

const tagMatch = z.strictObject(
  {
    key: TAG_KEY_FORM,
    value: z
      .union([z.string(), z.number(), z.boolean()], {
        error: 'must be a text, a number, or true or false',
      })
      .optional(),
  },
  { error: 'must be an object like {"key": "case", "value": "claim"}' },
)

const ruleName = z
  .string({ error: 'must be a name of 1 to 64 characters' })
  .regex(/^[\p{L}\p{N}\p{P}\p{S} ]{1,64}$/u, { error: 'must be a name of 1 to 64 characters' })

/** A rule of retention. */
export const RETENTION_RULE = group({
  name: required(ruleName, {
    value: 'a name of 1 to 64 characters',
    meaning: 'names the rule in events and lists; no two rules have the same name',
  }),
  keepDays: required(wholeNumber(0, MAX_DAYS), {
    value: `whole number, 0 to ${MAX_DAYS}`,
    meaning: 'days for which a recording is kept after its end',
  }),
  tag: setting(tagMatch, {
    value: 'an object such as `{"key": "case", "value": "claim"}`',
    default: 'any',
    meaning: 'matches recordings with this tag; with a `value`, with this value',
  }),
  consent: setting(oneOf([...CONSENT_STATES, 'none']), {
    value: wordList([...CONSENT_STATES, 'none']),
    default: 'any',
    meaning: 'matches recordings whose newest consent is this',
  }),
})

const rules = listOf(RETENTION_RULE, 'rules', MAX_RULES).refine(haveNamesOfTheirOwn, {
  error: 'must be a list of rules that all have names of their own',
  // Beside other mistakes, too, so that a person sees all of them at once.
  when: ({ value }) => Array.isArray(value),
})

const retention = group({
  rules: setting(rules, {
    value: `a list of at most ${MAX_RULES} rules, as below`,
    default: '`[]`',
    meaning: 'how long recordings are kept; of several rules that match, the longest wins',
  }),
  minDays: setting(wholeNumber(0, MAX_DAYS), {
    value: `whole number, 0 to ${MAX_DAYS}`,
    default: '0',
    meaning: 'days before which no rule erases anything',
  }),
  maxDays: setting(wholeNumber(1, MAX_DAYS).nullable(), {
    value: `whole number, 1 to ${MAX_DAYS}, or \`null\``,
    default: '`null`',
    meaning: 'days after which a recording that no rule matches is erased; `null`: never',
  }),
}).refine(({ minDays = 0, maxDays }) => !(Number(maxDays ?? Infinity) < minDays), {
  error: 'must not have a "maxDays" that is less than its "minDays"',
  when: ({ value }) => typeof value === 'object' && value !== null,
})

const lock = group({
  pause: setting(listOf(oneOf(MEDIA), 'media', MEDIA.length), {
    value: `a list of ${wordList(MEDIA)}`,
    default: '`["mic", "screen"]`',
    meaning: 'the media that the recorder pauses while the screen is locked',
  }),
  resume: setting(switchable(), {
    value: '`true`, `false`',
    default: '`false`',
    meaning: 'whether they come back by themselves when the screen is unlocked',
  }),
})

const anObject = { value: 'an object, as below', default: '–' }

/** The groups of custody. */
export const CUSTODY_SETTINGS = {
  consent: setting(consent, { ...anObject, meaning: 'consent of the people who are recorded' }),
  holds: setting(holds, { ...anObject, meaning: 'holds, which keep recordings from erasure' }),
  retention: setting(retention, { ...anObject, meaning: 'how long recordings are kept' }),
  lock: setting(lock, { ...anObject, meaning: 'what happens while the screen is locked' }),
}

function haveNamesOfTheirOwn(rules: readonly { name: string }[]): boolean {
  const names = rules.map((rule: { name?: string } | null) => rule?.name)
  const given = names.filter((name) => name !== undefined)
  return new Set(given).size === given.length
}
