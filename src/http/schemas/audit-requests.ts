/** The schemas of the auditor's questions. */
import * as z from 'zod'
import { AUDIT_ORDERS, LONG_PAUSE_SECONDS } from '../../contract/audit.ts'
import { EVENT_TYPES } from '../../contract/event-types.ts'
import { GAP_REASONS } from '../../contract/gap-reason.ts'
import { MEDIA } from '../../contract/media.ts'
import { listText, numberText } from './query-parts.ts'
import { anyTagKey, cursor, MAX_LIMIT, time } from './requests.ts'

const recordingId = z
  .string()
  .regex(/^[0-9A-Za-z_-]{8,64}$/, 'This must be the id of a recording, 8 to 64 characters long.')

const page = {
  order: z.enum(AUDIT_ORDERS).default('oldest').describe('`oldest` or `newest` first'),
  limit: numberText(1, MAX_LIMIT)
    .optional()
    .describe('The most items of a page. Default: 100 in JSON, everything in CSV'),
  cursor: cursor.optional(),
}
const client = z.string().min(1).max(64).optional()
const [from, to] = [time.optional(), time.optional()]
const side = z.enum(['api', 'ui', 'system']).optional().describe('Only of this side')

/** The filters of what somebody did. */
const acts = {
  from: from.describe('At or after'),
  to: to.describe('Before'),
  client: client.describe('Only of this client: the name of a token, `home`, `ui`, `recorder`'),
  side,
}

/** The filters of what happened to recordings. */
const ofRecordings = {
  client: client.describe('Only in recordings that this client started'),
  side: z.enum(['api', 'ui']).optional().describe('Only in recordings that this side started'),
}
const begun = { from: from.describe('Begun at or after'), to: to.describe('Begun before') }

function question<T extends z.ZodRawShape>(shape: T) {
  return z
    .strictObject({ ...shape, ...page })
    .refine((query) => isPeriod(query as { from?: string; to?: string }), {
      path: ['to'],
      error: '`to` must be later than `from`.',
    })
}

function isPeriod({ from, to }: { from?: string | undefined; to?: string | undefined }): boolean {
  return from === undefined || to === undefined || from < to
}

/** The query of GET /audit/events. */
export const auditEventsQuery = question({
  type: listText(EVENT_TYPES, 'This must be a list of types of events, such as command.refused.')
    .optional()
    .describe('Only events of these types, separated by commas'),
  ...acts,
  recordingId: recordingId.optional().describe('Only events of this recording'),
})

/** The query of the reports about what somebody did. */
export const auditActsQuery = question(acts)

/** The query of the report about gaps. */
export const auditGapsQuery = question({
  reason: listText(GAP_REASONS, 'This must be a list of reasons, such as deviceLost,interrupted.')
    .optional()
    .describe('Only gaps with these reasons, separated by commas. Default: those nobody wanted'),
  media: listText(MEDIA, 'This must be a list of mic, speaker and screen.')
    .optional()
    .describe('Only gaps of these media, separated by commas'),
  ...begun,
  ...ofRecordings,
})

/** The query of the report about long pauses. */
export const auditPausesQuery = question({
  minSeconds: numberText(0, 31_536_000)
    .default(LONG_PAUSE_SECONDS)
    .describe('How long a pause must be at least'),
  ...begun,
  ...ofRecordings,
})

/** The query of the report about recordings without tags. */
export const auditUntaggedQuery = question({
  key: anyTagKey
    .optional()
    .describe('Recordings without a tag with this key. Default: recordings without any tag'),
  from: from.describe('Started at or after'),
  to: to.describe('Started before'),
  ...ofRecordings,
})
