/** The schemas of the data of every event. The compiler compares them with `EventData`. */
import * as z from 'zod'
import { ALL_COMMANDS, type CommandName } from '../../contract/commands.ts'
import { ACCESS_ACTS, CONSENT_STATES, ERASURE_CAUSES } from '../../contract/custody.ts'
import { CLOSE_REASONS, WRAP_UP_REASONS } from '../../contract/end-reasons.ts'
import type { EventData, EventType } from '../../contract/events.ts'
import { RECORDING_TYPES } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import { QUALITY_RANGES } from '../../contract/quality.ts'
import type { Same } from '../../contract/same-type.ts'
import { custodyRules } from './custody-rules.ts'
import * as parts from './parts.ts'
import { count, device, errorCode, gapReason, medium, segment, tagValue, time } from './parts.ts'

const command = z.enum(ALL_COMMANDS as [CommandName, ...CommandName[]])
const nothing = z.object({}) as z.ZodType<Record<never, never>>
const detail = z.string().describe('What happened, in a whole sentence')
const number = z.int().min(1).describe('The number of the segment')
const cutAt = time.describe('Nothing captured after this time is kept')
const ofMedium = z.object({ medium })
const ofSegment = z.object({ medium, segment: number })
const file = z.string().describe('The path below the recording’s folder, with `/`')

function inRange(name: keyof Quality) {
  const [min, max] = QUALITY_RANGES[name]
  return z.int().min(min).max(max)
}

const quality = z.object({
  framesPerSecond: inRange('framesPerSecond'),
  screenCrf: inRange('screenCrf'),
  micBitsPerSecond: inRange('micBitsPerSecond'),
  speakerBitsPerSecond: inRange('speakerBitsPerSecond'),
})

const commands = {
  'command.accepted': z.object({ command, media: z.array(medium).optional() }),
  'command.completed': z.object({ command, status: z.int().describe('The status of the answer') }),
  'command.failed': z.object({
    command,
    code: errorCode,
    detail,
    medium: medium.optional(),
  }),
  'command.refused': z.object({
    command,
    code: errorCode,
    detail,
    count: count.optional().describe('Refusals for which this event stands, if more than one'),
    medium: medium.optional().describe('The medium whose track refused'),
  }),
}

const unacknowledged = z
  .array(z.string())
  .optional()
  .describe('The completed commands (`commandId`) whose clients may not have been told so')

const machines = z.int().min(1).describe('The version of the definitions of the machines')

const recordings = {
  'recording.starting': z.object({
    recordingType: z.enum(RECORDING_TYPES),
    media: z.array(medium),
    require: z.enum(['all', 'any']),
    wrapUpSeconds: count,
    maxDurationSeconds: count,
    endsBy: time.describe('When the recorder ends a forgotten recording'),
    quality: quality.optional(),
    machines: machines.optional(),
  }),
  'recording.started': nothing,
  'recording.startFailed': z.object({
    code: errorCode,
    detail,
    medium: medium.optional(),
  }),
  'recording.paused': nothing,
  'recording.resumed': nothing,
  'recording.tagged': z.object({ tags: z.record(z.string(), tagValue) }),
  'recording.wrapUpStarted': z.object({ endsAt: time, reason: z.enum(WRAP_UP_REASONS) }),
  'recording.interrupted': z.object({
    reason: gapReason,
    lastSeenAt: time.describe('The end of the last media that survived'),
    machines: machines.optional(),
  }),
  'recording.closed': z.object({ reason: z.enum(CLOSE_REASONS) }),
}

const erasure = {
  cause: z.enum(ERASURE_CAUSES),
  reason: z.string().describe('Why, in words'),
  rule: z.string().optional().describe('The rule of retention'),
}
const hold = z.object({ holdId: z.string(), reason: z.string().describe('Why, in words') })

const custody = {
  'recording.consentRecorded': z.object({
    state: z.enum(CONSENT_STATES),
    method: z.string().describe('How it was given'),
    note: z.string().optional(),
  }),
  'recording.held': hold,
  'recording.holdReleased': hold,
  'recording.erasing': z.object(erasure),
  'recording.erased': z.object({
    ...erasure,
    files: count.describe('Files that were removed'),
    bytes: count.describe('Their size'),
  }),
  'recording.accessed': z.object({ act: z.enum(ACCESS_ACTS), media: z.array(medium) }),
}

const tracks = {
  'track.starting': ofSegment.extend({ device }),
  'track.started': ofSegment,
  'track.pausing': ofSegment.extend({
    cutAt,
    overdueAt: time.optional().describe('When the pause exceeds its limit'),
    reason: z
      .enum(['locked', 'suspended'])
      .optional()
      .describe('Why the recorder itself pauses it'),
  }),
  'track.paused': ofMedium,
  'track.pauseLimited': ofMedium.extend({
    overdueAt: time.describe('When the pause exceeds its limit'),
  }),
  'track.resuming': ofSegment.extend({ device }),
  'track.resumed': ofSegment,
  'track.recovering': ofSegment.extend({
    code: errorCode,
    detail,
    reason: gapReason,
    giveUpAt: time.describe('When the recorder gives the track up'),
  }),
  'track.recovered': ofSegment,
  'track.stopping': ofSegment.extend({
    cutAt,
    reason: z.enum(['command', 'reverted', 'storageFull']),
  }),
  'track.stopped': ofMedium.extend({
    reason: z.enum(['command', 'reverted', 'interrupted', 'storageFull']),
  }),
  'track.failed': ofMedium.extend({ code: errorCode, detail, reason: gapReason }),
}

const remnant = z
  .object({
    file,
    at: z.int().describe('The byte of the segment’s file with which it begins'),
    bytes: z.int(),
    sha256: parts.sha256,
  })
  .optional()
  .describe('What lay behind damage in the file, and is kept beside it as it was')

const fault = z
  .object({ code: errorCode, reason: gapReason })
  .optional()
  .describe('Why its media ended, when no command ended them')

const segments = {
  'segment.opened': segment
    .pick({ medium: true, number: true, startedAt: true, container: true, codec: true })
    .extend({ file, device }),
  'segment.closed': segment.extend({
    file,
    salvaged: z.boolean().optional().describe('Whether it was closed after a crash'),
    remnant,
    fault,
  }),
  'segment.discarded': z.object({ medium, number, remnant }),
}

const recorder = {
  'daemon.started': z.object({
    version: z.string(),
    platform: z.string(),
    node: z.string(),
    witness: z
      .literal(true)
      .optional()
      .describe('The log has a witness file from here on. Missing in logs of 0.1'),
    machines: machines.optional(),
    unacknowledged,
  }),
  'daemon.stopped': z.object({ reason: z.literal('signal') }),
  'log.reopened': z.object({ code: errorCode, failedAt: time, unacknowledged }),
  'log.witnessLost': z.object({
    position: count.describe('The log was accepted up to this position'),
    hash: z.string().describe('SHA-256 of that record'),
    witnessedAt: count
      .nullable()
      .describe('The position of the newest event that says that a witness existed'),
    unknownRecordings: count.describe('Recordings on disk that the log does not know'),
  }),
  'log.viewsRebuilt': z.object({
    count: count.describe('How many recordings had stored views that differed from the log'),
    recordings: z.array(z.string()).describe('At most 100 of them; empty: entries of no recording'),
    damagedTables: z.array(z.string()).describe('Files of the database that were damaged'),
    auditBlocks: count.optional().describe('Parts of the index for audits that differed'),
  }),
  'warning.raised': z.object({
    code: parts.warningCode,
    medium: medium.optional(),
    detail,
    witnesses: z
      .array(z.string())
      .optional()
      .describe('`LOG_CONTRADICTED`: the keys of all witnesses that contradict the log (vkeys)'),
  }),
  'warning.cleared': z.object({
    code: parts.warningCode,
    medium: medium.optional(),
    accepted: z
      .literal(true)
      .optional()
      .describe('`LOG_CONTRADICTED`: no witness has taken it back, a person has accepted it'),
  }),
  'clock.stepped': z.object({ byMs: z.number() }),
  'machine.slept': z.object({ from: time, to: time }),
  'token.created': z.object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    sha256: parts.sha256,
  }),
  'token.revoked': z.object({ id: z.string() }),
  'recordings.searched': z.object({
    keys: z.array(z.string()).describe('The keys of tags that were searched for'),
    text: z.boolean().describe('Whether words were searched for'),
    found: count,
  }),
  'page.opened': z.object({
    sessionId: z.string(),
    admin: z.boolean().optional().describe('Whether the session has the scope `admin`'),
  }),
  'credentials.refused': z.object({ count, from: time, to: time }),
  'rules.changed': z.object({ rules: custodyRules }),
  'retention.checked': z.object({
    erased: count.describe('The recordings that were erased'),
    held: count.describe('The recordings that only a hold has kept'),
  }),
  'clock.confirmed': z.object({
    from: time.describe('The newest time that was sure before'),
    to: time.describe('The time that was confirmed'),
  }),
  'retention.confirmed': z.object({
    from: time.describe('The newest time before the log lost its end'),
    to: time.describe('The time of the confirmation'),
  }),
  'keys.rotated': z.object({ from: z.string(), to: z.string(), keys: z.int() }),
  'signingKey.changed': z.object({
    key: z.string().describe('The vkey that signs checkpoints from here on (C2SP signed-note)'),
    former: z.string().nullable().describe('The vkey before'),
    cause: z
      .enum(['created', 'rotated', 'lost'])
      .describe('`lost`: the key before was gone, so that only the new one vouches for the change'),
  }),
  'desktop.locked': nothing,
  'desktop.unlocked': nothing,
}

/** The schema of the data of each type of event. */
export const EVENT_DATA = {
  ...commands,
  ...recordings,
  ...custody,
  ...tracks,
  ...segments,
  ...recorder,
}

type DataOf<S> = S extends z.ZodType ? z.output<S> : never
type Differing = {
  [T in EventType | keyof typeof EVENT_DATA]: T extends EventType & keyof typeof EVENT_DATA
    ? Same<DataOf<(typeof EVENT_DATA)[T]>, EventData[T]> extends true
      ? never
      : T
    : T
}[EventType | keyof typeof EVENT_DATA]

type None<T extends never> = T
/**
 * Fails to compile if a schema and `EventData` differ; the compiler then names the types of events.
 */
export type DifferingEvents = None<Differing>
