/**
 * The schemas of all requests. They refuse unknown fields and query parameters, so that a misspelt
 * one does not silently become its default.
 */
import * as z from 'zod'
import { RECORDING_TYPES, REQUESTED_MEDIA, resolveMedia } from '../../contract/media.ts'
import {
  QUALITY_PRESETS,
  QUALITY_RANGES,
  type Quality,
  type QualityPreset,
} from '../../contract/quality.ts'
import { RECORDING_STATES } from '../../contract/states.ts'
import {
  IMPOSSIBLE_TAG_KEYS,
  MAX_TAGS_PER_REQUEST,
  SYSTEM_TAG_PREFIX,
  TAG_KEY,
} from '../../contract/tag-key.ts'
import { toUtcTime } from '../../contract/utc-time.ts'
import { consentRequest } from './consent-request.ts'
import { listText, numberText } from './query-parts.ts'

const MAX_TAG_VALUE_CHARACTERS = 4096
const MAX_TAGS = MAX_TAGS_PER_REQUEST
/** The most items of a page. */
export const MAX_LIMIT = 1000
const DEFAULT_LIMIT = 100

const PATH_ID = /^(?:current|[0-9A-Za-z_-]{8,64})$/

/** Whether a part of a path can name a recording: by id, or as `current`. */
export function isPathId(text: string): boolean {
  return PATH_ID.test(text)
}

/** The parameter of a path that names a recording. */
export const pathId = z
  .string()
  .regex(PATH_ID, 'This must be `current`, or the id of a recording, 8 to 64 characters long.')
  .describe('`current`, or the id of a recording')

/** Counts characters, of which there may be fewer than code units. */
function hasAtMostCharacters(text: string, limit: number): boolean {
  return text.length <= limit || [...text].length <= limit
}

/** A tag key of a search, which may be one of the recorder's own. */
export const anyTagKey = z
  .string()
  .regex(TAG_KEY, 'A tag key is a letter and up to 63 letters, digits, `_`, `.` or `-`.')
  .refine((key) => !IMPOSSIBLE_TAG_KEYS.includes(key), 'This name cannot be used.')
  .meta({ not: { enum: IMPOSSIBLE_TAG_KEYS } })

const tagKey = anyTagKey
  .refine(
    (key) => !key.startsWith(SYSTEM_TAG_PREFIX),
    'The recorder reserves keys that start with `system.` for itself.',
  )
  .meta({
    not: {
      anyOf: [
        { enum: IMPOSSIBLE_TAG_KEYS },
        { pattern: `^${SYSTEM_TAG_PREFIX.replace('.', '\\.')}` },
      ],
    },
  })

const NO_TAG_VALUE =
  'A tag value is a string of at most 4,096 characters, a finite number or a boolean.'

const tagValue = z.union(
  [
    z
      .string()
      .refine((text) => hasAtMostCharacters(text, MAX_TAG_VALUE_CHARACTERS), NO_TAG_VALUE)
      .meta({ maxLength: MAX_TAG_VALUE_CHARACTERS }),
    z.number(),
    z.boolean(),
  ],
  { error: NO_TAG_VALUE },
)

function tagsBetween(minimum: number, key = tagKey) {
  return z
    .record(key, tagValue)
    .refine((tags) => {
      const count = Object.keys(tags).length
      return count >= minimum && count <= MAX_TAGS
    }, `There must be ${minimum} to ${MAX_TAGS} tags.`)
    .meta({ minProperties: minimum, maxProperties: MAX_TAGS })
}

/** The tags of a new recording, which may be empty. */
const startTags = tagsBetween(0)
/** The tags of a tag command. */
const newTags = tagsBetween(1)
/** The tags of a search. */
const searchTags = tagsBetween(1, anyTagKey)

const media = z
  .array(z.enum(REQUESTED_MEDIA))
  .min(1, 'Name at least one medium, or leave `media` out.')
  .max(16)
  .describe('`audio` stands for the audio media of the `recordingType`')

const deviceId = z.string().min(1).max(512).optional()

const devices = z
  .strictObject({ mic: deviceId, speaker: deviceId, screen: deviceId })
  .describe('Device ids by medium. A medium without one uses its default device.')

const preset = z.enum(Object.keys(QUALITY_PRESETS) as [QualityPreset, ...QualityPreset[]])

function inRange(name: keyof Quality) {
  const [min, max] = QUALITY_RANGES[name]
  return z.int().min(min).max(max).optional()
}

const quality = z.union(
  [
    preset,
    z.strictObject({
      preset: preset.optional(),
      framesPerSecond: inRange('framesPerSecond'),
      screenCrf: inRange('screenCrf'),
      micBitsPerSecond: inRange('micBitsPerSecond'),
      speakerBitsPerSecond: inRange('speakerBitsPerSecond'),
    }),
  ],
  { error: 'A quality is a preset, or an object with a preset and numbers in their ranges.' },
)

/** The body of POST /recordings. */
export const startRequest = z.strictObject({
  media: media.default(['audio', 'screen']),
  recordingType: z.enum(RECORDING_TYPES).default('both'),
  devices: devices.default({}),
  tags: startTags.default({}),
  wrapUpSeconds: z.int().min(0).max(3600).default(30),
  maxDurationSeconds: z
    .int()
    .min(1)
    .max(604_800)
    .default(14_400)
    .describe('The time after which the recorder stops a forgotten recording'),
  require: z
    .enum(['all', 'any'])
    .default('all')
    .describe('`all`: if one medium cannot start, none does'),
  quality: quality
    .optional()
    .describe('A preset, or a preset with numbers of its own. Defaults to the configured quality.'),
  consent: consentRequest
    .optional()
    .describe('What the customer has said. Only with `granted` does a recording start.'),
})

/** The body of POST /recordings/{id}/start. */
export const startMediaRequest = z.strictObject({ media, devices: devices.default({}) })

/** The body of stop and resume. */
export const mediaRequest = z.strictObject({ media: media.optional() })

/** The body of POST /recordings/{id}/pause. */
export const pauseRequest = z.strictObject({
  media: media.optional(),
  maxPauseSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .optional()
    .describe('A longer pause raises a warning, but never ends by itself'),
})

/** The body of POST /recordings/{id}/tags. */
export const tagRequest = z.strictObject({ tags: newTags })

/** The body of a command without fields. */
export const emptyRequest = z.strictObject({})

/** A time in a query. Parsed as UTC with milliseconds. */
export const time = z.iso
  .datetime({
    offset: true,
    error: 'A time must follow RFC 3339, such as 2025-11-22T09:30:00.000Z.',
  })
  .meta({ pattern: undefined })
  .transform((text) => toUtcTime(new Date(text)))

/** The cursor of a list. */
export const cursor = z.string().min(1).max(1024).describe('The `nextCursor` of the previous page')
const limit = z.int().min(1).max(MAX_LIMIT)
const state = z.enum(RECORDING_STATES).describe('Only recordings in this state')

const limitText = numberText(1, MAX_LIMIT)
  .default(DEFAULT_LIMIT)
  .describe('The most items of a page')

/** The query of a list that has pages and no filters. */
export const pageQuery = z.strictObject({ limit: limitText, cursor: cursor.optional() })

/** The query of GET /recordings/{id}. */
export const recordingQuery = z.strictObject({
  tagHistoryAfter: numberText(0, 1_000_000)
    .optional()
    .describe(
      'The number of entries of `tagHistory` that the client has already; the answer has only the later ones. Entries are only added, so a client that reads a recording again need not read them all.',
    ),
})

/** The query of GET /recordings. */
export const recordingsQuery = z.strictObject({
  state: state.optional(),
  from: time.optional().describe('Started at or after'),
  to: time.optional().describe('Started before'),
  limit: limitText,
  cursor: cursor.optional(),
})

/** The body of POST /recordings/search. */
export const searchRequest = z.strictObject({
  tags: searchTags.optional().describe('All must match, type included'),
  text: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe(
      'Words of current tag values. Each must be the beginning of a word there, in lower or upper case. Values are searched up to 16,000 characters a recording.',
    ),
  client: z.string().min(1).max(64).optional().describe('The client that started the recording'),
  gaps: z
    .literal(true)
    .optional()
    .describe('Only recordings with a gap that nobody wanted, such as a lost device or a crash'),
  state: state.optional(),
  from: time.optional().describe('Started at or after'),
  to: time.optional().describe('Started before'),
  limit: limit.default(DEFAULT_LIMIT),
  cursor: cursor.optional(),
})

/** The query of GET /recordings/{id}/events. */
export const eventsQuery = z.strictObject({
  after: numberText(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe('Only events after this position'),
  limit: limitText,
  cursor: cursor.optional(),
})

/** The query of GET /audit/consistency. */
export const consistencyQuery = z.strictObject({
  // A query must be readable without parameters, so the route asks for this one.
  from: numberText(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: 'The size of the earlier tree', required: true }),
  to: numberText(0, Number.MAX_SAFE_INTEGER).optional().describe('The size of the later tree'),
})

/** The query of GET /recordings/{id}/replay. */
export const replayQuery = z
  .strictObject({
    position: numberText(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('After the last event at or before this position of the log'),
    at: time.optional().describe('After the last event at or before this time'),
  })
  .refine(({ position, at }) => position === undefined || at === undefined, {
    path: ['at'],
    error: 'Send position or at, not both.',
  })

/** The query of GET /events. */
export const streamQuery = z.strictObject({
  exports: z
    .enum(['0', '1'])
    .default('0')
    .describe('`1`: also sends the progress of exports, as events named `export`'),
  levels: z
    .enum(['0', '1'])
    .default('0')
    .describe('`1`: also sends audio levels, as events named `level`'),
})

/** The query of GET /readiness. */
export const readinessQuery = z.strictObject({
  media: listText(REQUESTED_MEDIA, 'This must be a list of media, separated by commas.')
    .transform((media) => resolveMedia(media, 'both'))
    .meta({ type: 'array', items: { type: 'string', enum: REQUESTED_MEDIA }, pattern: undefined })
    .optional()
    .describe('Media, separated by commas. Defaults to all.'),
})
