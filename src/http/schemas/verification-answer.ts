import * as z from 'zod'
import { OUTSIDER_KINDS } from '../../contract/outsiders.ts'
import { FINDING_CODES } from '../../contract/verification.ts'
import { count, time } from './parts.ts'

const finding = z.object({
  code: z.enum(FINDING_CODES),
  position: z.int().nullable().describe('The event that it is about'),
  file: z.string().nullable().describe('The file below the home folder, or the receipt'),
  expected: z.string().nullable(),
  found: z.string().nullable(),
  detail: z.string(),
})

const confirmation = z.object({
  kind: z.enum(OUTSIDER_KINDS),
  name: z.string().nullable().describe('The name of a witness'),
  size: count.describe('How many events the checkpoint covers'),
  at: time.describe('By the clock of the outsider'),
  isVerified: z
    .boolean()
    .describe('Whether the signature was verified. Never that of a timestamp authority'),
})

const verdict = z.object({
  isGood: z.boolean().describe('Whether nothing was found'),
  position: z.int().describe('The last event that was verified'),
  checkpointSize: z.int().nullable().describe('The events in the newest checkpoint'),
  isKeyTrusted: z.boolean().describe('Whether the key was given by who asked'),
  checked: z.object({
    ...{ events: count, checkpoints: count, segments: count, bytes: count, receipts: count },
    cosignatures: count.describe('The number of cosignatures of known witnesses'),
    timestamps: count,
  }),
  confirmations: z
    .array(confirmation)
    .describe('The newest checkpoint of each outsider, as it is stored'),
  findings: z.array(finding).describe('The first 100'),
  found: count.describe('How many there are'),
  stillGood: z.array(z.string()).describe('What can be relied on'),
})

/** A verification by a running recorder. */
export const verification = z.object({
  id: z.string(),
  state: z
    .enum(['waiting', 'running', 'done', 'failed'])
    .describe('`failed`: the log could not be read to its end'),
  recordingId: z.string().nullable(),
  startedAt: time,
  endedAt: time.nullable(),
  progress: z
    .object({ task: z.enum(['events', 'segments']), done: count, total: count })
    .nullable(),
  verdict: verdict.nullable(),
})
