/**
 * The schemas of all answers, for openapi.json and for the tests that check answers against it.
 * Clients must tolerate unknown fields.
 */
import * as z from 'zod'
import { SCOPES } from '../../access/scopes.ts'
import { ALLOWED_COMMANDS } from '../../contract/commands.ts'
import { PAGE_LANGUAGES, SETTING_SOURCES } from '../../contract/configuration.ts'
import { EVENT_TYPES, type EventType } from '../../contract/events.ts'
import { MEDIA, RECORDING_TYPES } from '../../contract/media.ts'
import { RECORDING_STATES, TRACK_STATES } from '../../contract/states.ts'
import { READINESS_CHECKS, READINESS_RESULTS } from '../../contract/views.ts'
import { EVENT_DATA } from './event-data.ts'
import {
  by,
  count,
  device,
  eachMedium,
  errorCode,
  gapReason,
  id,
  level,
  medium,
  segment,
  side,
  tagValue,
  time,
  warningCode,
} from './parts.ts'

/** The commands that a side may send. */
export const allowedCommands = z
  .array(z.enum(ALLOWED_COMMANDS))
  .describe('The commands that the asking side may send now')

/** The state of a recording. */
export const recordingState = z.enum(RECORDING_STATES)
/** The state of a track. */
export const trackState = z.enum(TRACK_STATES)
/** A scope of a token. */
export const scope = z.enum(SCOPES)

const tag = z.object({
  key: z.string(),
  value: tagValue,
  at: time,
  by,
})

const track = z.object({
  state: trackState,
  device: device.nullable(),
  startedAt: time.nullable(),
  stoppedAt: time.nullable(),
  recordedMs: z.number().min(0),
  bytes: count,
  segments: count.describe('The number of closed segments'),
  spans: z
    .array(z.object({ from: time, to: time }))
    .describe('The closed segments. With the gaps they add up to the recording’s time.'),
  gaps: z.array(z.object({ from: time, to: time.nullable(), reason: gapReason })),
  level: level.nullable().describe('The last tenth of a second; null while nothing is captured'),
  error: z.object({ code: errorCode, message: z.string(), since: time }).nullable(),
  warnings: z.array(z.object({ code: warningCode, message: z.string(), since: time })),
})

const recording = z.object({
  id,
  state: recordingState,
  controller: side.describe('The side that started it'),
  recordingType: z.enum(RECORDING_TYPES),
  startedBy: by,
  startedAt: time,
  endedAt: time.nullable(),
  closedAt: time.nullable(),
  version: z.int().min(1),
  tracks: eachMedium(track),
  tags: z.array(tag).describe('The current values'),
  wrapUp: z.object({ endsAt: time }).nullable(),
  allowedCommands,
})

const recordingWithHistory = recording.extend({
  tagHistory: z.array(tag).describe('All values ever set, oldest first'),
})

/** The members that every event has. */
const eventBase = z.object({
  position: z.int().min(1).describe('Counts the whole log without a gap'),
  recordingId: id.nullable().describe('Null for an event that belongs to no recording'),
  version: z.int().nullable().describe('The number of the recording’s own facts'),
  at: time,
  by,
  commandId: z.string().nullable().describe('The command that caused the event'),
})

function eventOf(type: EventType) {
  return eventBase.extend({ type: z.literal(type), data: EVENT_DATA[type] })
}

/** The schema of each type of event. */
export const EVENTS = EVENT_TYPES.map((type) => [type, eventOf(type)] as const)

const event = z
  .discriminatedUnion('type', EVENTS.map(([, schema]) => schema) as [ReturnType<typeof eventOf>])
  .describe('An event of the log. A later version may add types and fields.')

const levelMessage = z.object({ recordingId: id, medium, level, at: time })

const exportMessage = z.object({
  recordingId: id,
  kind: z.enum(['export', ...MEDIA]).describe('The file being made'),
  gaps: z.enum(['fill', 'cut']).optional(),
  audio: z.enum(['mix', 'split']).optional(),
  percent: z.number().min(0).max(100),
  state: z.enum(['building', 'done', 'failed', 'cancelled']),
  at: time,
})

const application = z.object({
  state: z.enum(['Idle', 'Recording', 'Error']),
  version: z.string(),
  recording: z.object({ id, state: recordingState }).nullable(),
  controller: side.nullable(),
  errors: z.array(
    z.object({
      code: z.union([errorCode, warningCode]),
      medium: medium.optional(),
      message: z.string(),
      since: time,
    }),
  ),
  media: eachMedium(
    z.object({ available: z.boolean(), device: device.nullable(), reason: z.string().optional() }),
  ),
  storage: z.object({
    freeBytes: count,
    recordableSeconds: count,
    log: z.enum(['verified', 'verifying', 'readOnly']),
  }),
  allowedCommands,
})

const devices = eachMedium(
  z.object({
    available: z.boolean(),
    reason: z.string().optional().describe('Why nothing is available'),
    devices: z.array(device.extend({ default: z.boolean() })),
  }),
)

const readiness = z.object({
  ready: z.boolean().describe('Whether no check has failed'),
  at: time,
  checks: z.array(
    z.object({
      id: z.enum(READINESS_CHECKS),
      medium: medium.optional(),
      result: z.enum(READINESS_RESULTS),
      detail: z.string(),
      remedy: z
        .string()
        .optional()
        .describe('What to do. Present with every result except `pass`.'),
      level: level.optional(),
    }),
  ),
})

function setting<S extends z.ZodType>(value: S) {
  return z.object({ value, from: z.enum(SETTING_SOURCES) })
}

const configuration = z.object({
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
  tags: z.object({
    required: setting(z.array(z.string())).describe('The tags without which no recording starts'),
  }),
  page: z.object({
    reminderMinutes: setting(count).describe('Minutes of recording between reminders; 0: none'),
    language: setting(z.enum(PAGE_LANGUAGES).nullable()).describe('Null: that of the browser'),
  }),
})

const token = z.object({ id, name: z.string(), scopes: z.array(scope), createdAt: time })
const newToken = token.extend({ token: z.string().describe('The secret, shown only once') })
const launch = z.object({ url: z.url(), expiresAt: time })
const health = z.object({ status: z.literal('ok') })

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: errorCode,
    remedy: z.string(),
    errors: z
      .array(
        z.object({ pointer: z.string().describe('JSON Pointer, RFC 6901'), detail: z.string() }),
      )
      .optional(),
    lastPosition: count.optional().describe('The end of the log, if the request is beyond it'),
    scope: scope.optional().describe('The scope that the credential lacks'),
    allow: z.array(z.string()).optional().describe('The methods that the path supports'),
    retryAfterSeconds: count.optional(),
    tokenId: z.string().optional().describe('The token that has the name'),
    medium: medium.optional().describe('The medium that failed'),
    recordingId: id.optional(),
    state: recordingState.optional(),
    allowedCommands: allowedCommands.optional(),
    holder: z
      .object({ side, client: z.string(), since: time })
      .optional()
      .describe('The client that controls the recording'),
  })
  .describe('RFC 9457 problem document')

const segmentIndex = z.object({
  bytes: count.describe('The length of the file'),
  initBytes: count.describe('The length of the beginning that describes the media'),
  codec: z.string().describe('As RFC 6381 names it, such as avc1.42c028'),
  keyFrames: z
    .array(z.tuple([z.number().min(0), count]))
    .describe('Milliseconds after the first frame, and the offset in the file, of each key frame'),
})

function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

/** The schemas of all answers, by their names in openapi.json. */
export const ANSWERS = {
  Application: application,
  By: by,
  Configuration: configuration,
  Device: device,
  Devices: devices,
  Event: event,
  EventBase: eventBase,
  EventPage: pageOf(event),
  ExportMessage: exportMessage,
  Health: health,
  Launch: launch,
  LevelMessage: levelMessage,
  NewToken: newToken,
  OpenApi: z.object({ openapi: z.string() }),
  Problem: problem,
  Readiness: readiness,
  Recording: recording,
  RecordingPage: pageOf(recording),
  RecordingWithHistory: recordingWithHistory,
  Segment: segment,
  SegmentIndex: segmentIndex,
  SegmentPage: pageOf(segment),
  Tag: tag,
  TagKeys: z.object({ items: z.array(z.object({ key: z.string(), lastUsedAt: time })) }),
  Token: token,
  TokenPage: pageOf(token),
  Track: track,
  UiSession: z.object({ expiresAt: time }),
}
