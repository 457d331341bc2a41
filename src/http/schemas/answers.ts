/**
 * The schemas of all answers, for openapi.json and for the tests that check answers against it.
 * Clients must tolerate unknown fields.
 */
import * as z from 'zod'
import { SCOPES } from '../../access/scopes.ts'
import { ACCESS_ACTS, KEY_PLACES } from '../../contract/custody.ts'
import { MEDIA } from '../../contract/media.ts'
import { READINESS_CHECKS, READINESS_RESULTS, SCREEN_WAYS } from '../../contract/views.ts'
import { AUDIT_ANSWERS } from './audit-answers.ts'
import { chart } from './chart-answer.ts'
import { configuration } from './configuration-answer.ts'
import { retentionPage, retentionStatus } from './custody-answer.ts'
import { event, eventBase } from './event-answer.ts'
import { outsiders } from './outsiders-answer.ts'
import {
  by,
  count,
  device,
  eachMedium,
  errorCode,
  id,
  level,
  medium,
  segment,
  side,
  time,
  warningCode,
} from './parts.ts'
import { auditKey, consistencyProof } from './proof-answers.ts'
import {
  allowedCommands,
  hold,
  recording,
  recordingState,
  recordingWithHistory,
  tag,
  track,
} from './recording-answer.ts'
import { replayState } from './replay-answer.ts'
import { verification } from './verification-answer.ts'

/** A scope of a token. */
export const scope = z.enum(SCOPES)

const levelMessage = z.object({ recordingId: id, medium, level, at: time })

const logMessage = z.object({
  log: z.enum(['verified', 'verifying', 'readOnly']),
  code: errorCode.optional(),
  detail: z.string().optional(),
  at: time,
})

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
    verification: z.object({ done: z.int(), total: z.int() }).optional(),
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

const namedVersion = z.object({
  name: z.string(),
  version: z.string().nullable().describe('Null when it does not tell its version'),
})

const captureServers = z.object({
  sound: namedVersion.nullable().describe('The sound server; null when none answers'),
  screen: z.object({
    way: z
      .enum(SCREEN_WAYS)
      .describe('From an X display, or through the desktop portal of a Wayland session'),
    reason: z.string().describe('The variables of the session that decide the way'),
    server: namedVersion
      .nullable()
      .describe('The X server, or the desktop of a Wayland session; null when it does not say'),
    parts: z
      .array(namedVersion)
      .describe(
        "The parts that the portal's way needs. Those that are missing, or have not answered, are not listed.",
      ),
  }),
})

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
  servers: captureServers.optional().describe('What is captured from. On Linux.'),
})

const keys = z.object({
  problem: z.string().nullable().describe('Why the keys cannot be used; null while they can'),
  masterKey: z
    .object({ id: z.string(), place: z.enum(KEY_PLACES), createdAt: time })
    .nullable()
    .describe('The key that wraps all others; null while there is none'),
  fileReason: z
    .string()
    .nullable()
    .describe('Why the master key is in a file although the key store of the system was wanted'),
  rotation: z
    .object({
      from: z.string().describe('The id of the key that is being replaced'),
      done: count,
      total: count,
      problem: z.string().nullable().describe('Why it does not go on; null while it does'),
    })
    .nullable()
    .describe('The rotation under way; null when there is none'),
  recordings: count.describe('How many recordings have keys'),
  withoutFiles: count.describe('How many of them have no folder'),
  escrowed: count.describe('How many of them are also wrapped for an organisation'),
  destroyed: count.describe('How many keys were destroyed since the master key was made'),
  backedUpAt: time.nullable().describe('When the master key was last written to a backup'),
})

const token = z.object({ id, name: z.string(), scopes: z.array(scope), createdAt: time })
const newToken = token.extend({ token: z.string().describe('The secret, shown only once') })
const access = z.object({
  act: z.enum(ACCESS_ACTS),
  media: z.array(medium).describe('Those that were not in an entry of this act before'),
  at: time,
  by,
})
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
    bytes: count.optional().describe('The length of the file, if the range lies outside of it'),
    holds: z.array(z.string()).optional().describe('The ids of the holds that stand'),
    holdId: z.string().optional().describe('The hold that was to be released'),
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
  AuditKey: auditKey,
  Chart: chart,
  Configuration: configuration,
  ConsistencyProof: consistencyProof,
  Device: device,
  Devices: devices,
  Event: event,
  EventBase: eventBase,
  AccessPage: pageOf(access),
  ...AUDIT_ANSWERS,
  EventPage: pageOf(event),
  ExportMessage: exportMessage,
  Health: health,
  Hold: hold,
  HoldPage: pageOf(hold),
  Keys: keys,
  Launch: launch,
  LevelMessage: levelMessage,
  LogMessage: logMessage,
  NewToken: newToken,
  OpenApi: z.object({ openapi: z.string() }),
  Outsiders: outsiders,
  Problem: problem,
  Readiness: readiness,
  Recording: recording,
  RecordingPage: pageOf(recording),
  RecordingWithHistory: recordingWithHistory,
  ReplayState: replayState,
  RetentionPage: retentionPage,
  RetentionStatus: retentionStatus,
  Segment: segment,
  SegmentIndex: segmentIndex,
  SegmentPage: pageOf(segment),
  Tag: tag,
  TagKeys: z.object({ items: z.array(z.object({ key: z.string(), lastUsedAt: time })) }),
  Token: token,
  TokenPage: pageOf(token),
  Track: track,
  Verification: verification,
  UiSession: z.object({ expiresAt: time, scopes: z.array(scope) }),
}
