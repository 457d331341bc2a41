/** The schemas of a recording, its tracks and its tags. */
import * as z from 'zod'
import { ALLOWED_COMMANDS } from '../../contract/commands.ts'
import { CONSENT_STATES, ERASURE_CAUSES } from '../../contract/custody.ts'
import { RECORDING_TYPES } from '../../contract/media.ts'
import { RECORDING_STATES, TRACK_STATES } from '../../contract/states.ts'
import {
  by,
  count,
  device,
  eachMedium,
  errorCode,
  gapReason,
  id,
  level,
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
/** The schema of a tag. */
export const tag = z.object({
  key: z.string(),
  value: tagValue,
  at: time,
  by,
})

/** The schema of a track. */
export const track = z.object({
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

const consent = z.object({
  state: z.enum(CONSENT_STATES),
  method: z.string().describe('How it was given'),
  note: z.string().optional(),
  at: time,
  by,
})
/** The schema of a hold. */
export const hold = z.object({ id: z.string(), reason: z.string(), at: time, by })
const erased = z.object({
  at: time,
  by,
  cause: z.enum(ERASURE_CAUSES),
  reason: z.string(),
})

/** The schema of the end of a recording's keeping. */
export const retention = z.object({
  eraseAt: time,
  rule: z.string().nullable().describe('The name of the rule; null for `retention.maxDays`'),
})

/** The schema of a recording in a list. */
export const recording = z.object({
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
  consent: consent.nullable().describe('The newest consent'),
  holds: z.array(hold).describe('The holds in force'),
  erased: erased.nullable().describe('Set when the recording was erased'),
  retention: retention
    .nullable()
    .describe('When retention will erase it; null while it will not, for example on hold'),
  keyMissing: z
    .literal(true)
    .optional()
    .describe('The key is missing, so that tags, devices and reasons cannot be read'),
  allowedCommands,
  position: z
    .int()
    .min(1)
    .optional()
    .describe('The place of the command’s last event in the log; only in the answer to a command'),
})

/** The schema of one recording. */
export const recordingWithHistory = recording.extend({
  tagHistory: z.array(tag).describe('All values ever set, oldest first'),
})
