/**
 * The schemas of all answers, for openapi.json and for the tests that check answers against it.
 * Clients must tolerate unknown fields.
 */
import * as z from 'zod'
import { SCOPES } from '../../access/scopes.ts'
import { ALLOWED_COMMANDS } from '../../contract/commands.ts'
import { ERRORS, type ErrorCode } from '../../contract/errors.ts'
import { EVENT_TYPES } from '../../contract/events.ts'
import { GAP_REASONS } from '../../contract/gap-reason.ts'
import { MEDIA, RECORDING_TYPES } from '../../contract/media.ts'
import { RECORDING_STATES, TRACK_STATES } from '../../contract/states.ts'
import { READINESS_CHECKS, READINESS_RESULTS } from '../../contract/views.ts'
import { WARNINGS, type WarningCode } from '../../contract/warnings.ts'

const time = z.iso.datetime({ precision: 3 }).describe('RFC 3339 UTC with milliseconds')
const id = z.string().regex(/^[0-9A-Za-z_-]{8,64}$/)
const count = z.int().min(0)
const medium = z.enum(MEDIA)
const side = z.enum(['api', 'ui'])
const allowedCommands = z
  .array(z.enum(ALLOWED_COMMANDS))
  .describe('The commands that the asking side may send now')
const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
const warningCode = z.enum(Object.keys(WARNINGS) as [WarningCode, ...WarningCode[]])

function byMedium<S extends z.ZodType>(schema: S) {
  return z.partialRecord(medium, schema)
}

const by = z.object({
  side: z.enum(['api', 'ui', 'system']),
  client: z.string().describe('The name of the token, `home` or `ui`'),
  user: z.string().describe('The operating system account of the daemon'),
})

const device = z.object({ id: z.string(), label: z.string() })

const tag = z.object({
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]),
  at: time,
  by,
})

const track = z.object({
  state: z.enum(TRACK_STATES),
  device: device.nullable(),
  startedAt: time.nullable(),
  stoppedAt: time.nullable(),
  recordedMs: z.number().min(0),
  bytes: count,
  segments: count.describe('The number of closed segments'),
  spans: z
    .array(z.object({ from: time, to: time }))
    .describe('The closed segments. With the gaps they add up to the recording’s time.'),
  gaps: z.array(z.object({ from: time, to: time.nullable(), reason: z.enum(GAP_REASONS) })),
  level: z.object({ rmsDb: z.number(), peakDb: z.number() }).nullable(),
  error: z.object({ code: errorCode, message: z.string(), since: time }).nullable(),
  warnings: z.array(z.object({ code: warningCode, message: z.string(), since: time })),
})

const recording = z.object({
  id,
  state: z.enum(RECORDING_STATES),
  controller: side.describe('The side that started it'),
  recordingType: z.enum(RECORDING_TYPES),
  startedBy: by,
  startedAt: time,
  endedAt: time.nullable(),
  closedAt: time.nullable(),
  version: z.int().min(1),
  tracks: byMedium(track),
  tags: z.array(tag).describe('The current values'),
  wrapUp: z.object({ endsAt: time }).nullable(),
  allowedCommands,
})

const recordingWithHistory = recording.extend({
  tagHistory: z.array(tag).describe('All values ever set, oldest first'),
})

const segment = z.object({
  medium,
  number: z.int().min(1),
  startedAt: time.describe('The wall-clock time of the first sample'),
  endedAt: time,
  durationMs: z.number().min(0),
  bytes: count,
  container: z.enum(['ogg', 'mp4']),
  codec: z.enum(['opus', 'h264']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

const event = z.object({
  position: z.int().min(1).describe('Counts the whole log without a gap'),
  recordingId: id.nullable(),
  version: z.int().nullable(),
  type: z.string().describe(`In this version one of: ${EVENT_TYPES.join(', ')}`),
  at: time,
  by,
  commandId: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
})

const application = z.object({
  state: z.enum(['Idle', 'Recording', 'Error']),
  version: z.string(),
  recording: z.object({ id, state: z.enum(RECORDING_STATES) }).nullable(),
  controller: side.nullable(),
  errors: z.array(
    z.object({
      code: z.union([errorCode, warningCode]),
      medium: medium.optional(),
      message: z.string(),
      since: time,
    }),
  ),
  media: byMedium(
    z.object({ available: z.boolean(), device: device.nullable(), reason: z.string().optional() }),
  ),
  storage: z.object({
    freeBytes: count,
    recordableSeconds: count,
    log: z.enum(['verified', 'verifying', 'readOnly']),
  }),
  allowedCommands,
})

const devices = byMedium(
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
      level: z.object({ rmsDb: z.number(), peakDb: z.number() }).optional(),
    }),
  ),
})

const token = z.object({ id, name: z.string(), scopes: z.array(z.enum(SCOPES)), createdAt: time })
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
    recordingId: id.optional(),
    state: z.enum(RECORDING_STATES).optional(),
    allowedCommands: allowedCommands.optional(),
    holder: z
      .object({ side, client: z.string(), since: time })
      .optional()
      .describe('The client that controls the recording'),
  })
  .describe('RFC 9457 problem document')

function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

/** The schemas of all answers, by their names in openapi.json. */
export const ANSWERS = {
  Application: application,
  By: by,
  Device: device,
  Devices: devices,
  Event: event,
  EventPage: pageOf(event),
  Health: health,
  Launch: launch,
  NewToken: newToken,
  OpenApi: z.object({ openapi: z.string() }),
  Problem: problem,
  Readiness: readiness,
  Recording: recording,
  RecordingPage: pageOf(recording),
  RecordingWithHistory: recordingWithHistory,
  Segment: segment,
  SegmentPage: pageOf(segment),
  Tag: tag,
  Token: token,
  TokenPage: pageOf(token),
  Track: track,
}
