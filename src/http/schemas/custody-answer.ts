import * as z from 'zod'
import { count, id, time } from './parts.ts'
import { retention } from './recording-answer.ts'

const retentionEntry = retention.extend({
  recordingId: id,
  endedAt: time.describe('The end of the recording, from which it is kept'),
  holds: count.describe('How many holds keep it for now'),
})

/** The schema of what retention waits for. */
export const retentionStatus = z.object({
  waiting: z
    .object({
      reason: z
        .enum(['clock', 'lostEnd', 'contradicted'])
        .describe(
          '`clock`: it may be wrong; `lostEnd`: the log may have lost holds placed after `from`; `contradicted`: an outside witness contradicts the log since `from`, so holds may be missing',
        ),
      from: time.describe('The newest time that is sure; of `contradicted`: since when'),
      to: time.describe('The time of the system'),
    })
    .nullable()
    .describe('Set while nothing is erased until a person has confirmed that it may'),
  due: count.describe('How many recordings are due now, without those that are held'),
})

/** The schema of a page of the recordings that retention will erase. */
export const retentionPage = retentionStatus.extend({
  items: z.array(retentionEntry),
  nextCursor: z.string().nullable(),
})
