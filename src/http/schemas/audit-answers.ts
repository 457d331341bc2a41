/** The schemas of the rows that answer the auditor's questions. */
import * as z from 'zod'
import { ACTIVITY_COUNTS, type ActivityCount } from '../../contract/audit.ts'
import { ACCESS_ACTS } from '../../contract/custody.ts'
import { by, count, errorCode, gapReason, id, medium, time } from './parts.ts'

const position = z.int().min(1).describe('The place of the event in the log')
const erased = z.boolean().describe('Whether the recording is erased')
const commandName = z.string().describe('Such as `recording.start`')
const until = time.nullable().describe('Null while it goes on')
const durationMs = count.describe('Until now, while it goes on')
const startedBy = by.describe('Who started the recording')

const refusal = z.object({
  position,
  at: time,
  by,
  command: commandName,
  recordingId: id.nullable().describe('The recording that was meant'),
  erased,
  medium: medium.nullable().describe('Whose track refused'),
  code: errorCode,
  detail: z.string().describe('`erased` if the recording is erased'),
  count: count.describe('How many refusals it stands for'),
})

const longPause = z.object({
  recordingId: id,
  erased,
  medium,
  from: time,
  to: until,
  durationMs,
  pausedBy: by.nullable(),
  resumedBy: by.nullable().describe('Null when it goes on, and when the medium was stopped'),
  startedBy,
})

const gap = z.object({
  recordingId: id,
  erased,
  medium,
  reason: gapReason,
  from: time,
  to: until,
  durationMs,
  startedBy,
})

const untagged = z.object({
  recordingId: id,
  erased,
  startedAt: time,
  endedAt: time.nullable(),
  closedAt: time.nullable(),
  startedBy,
  tagKeys: z.array(z.string()).describe('The keys of the tags that it has'),
})

const counts = Object.fromEntries(ACTIVITY_COUNTS.map((name) => [name, count])) as Record<
  ActivityCount,
  typeof count
>

const clientActivity = z.object({
  day: z.string().describe('A day of the recorder’s time zone, such as `2026-01-31`'),
  from: time.describe('Where the day begins within the period'),
  to: time.describe('Where the day ends within the period'),
  side: z.enum(['api', 'ui', 'system']),
  client: z.string(),
  ...counts,
})

const access = z.object({
  position,
  at: time,
  by,
  act: z.enum([...ACCESS_ACTS, 'searched']),
  recordingId: id.nullable().describe('Null: the whole log, or a search'),
  erased,
  media: z.array(medium),
  keys: z.array(z.string()).describe('The keys of the tags that were searched for'),
  found: count.nullable().describe('How many recordings a search has shown'),
})

function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

/** The schemas of the pages, by their names in openapi.json. */
export const AUDIT_ANSWERS = {
  AuditedAccessPage: pageOf(access),
  ClientActivityPage: pageOf(clientActivity),
  GapPage: pageOf(gap),
  LongPausePage: pageOf(longPause),
  RefusalPage: pageOf(refusal),
  UntaggedPage: pageOf(untagged),
}
