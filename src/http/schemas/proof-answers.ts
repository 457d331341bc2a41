/** The schemas of answers that let strangers verify the log. */
import * as z from 'zod'

const vkey = z.string().describe('A vkey (C2SP signed-note)')

/** The keys that verify checkpoints and receipts. */
export const auditKey = z.object({
  origin: z.string().describe('The name of the log'),
  key: vkey.describe('The present key'),
  keys: z
    .array(
      z.object({
        key: vkey,
        from: z.int().min(1).describe('Position of the event that names it'),
        to: z.int().min(1).nullable().describe('The last event before the next key'),
        cause: z
          .enum(['created', 'rotated', 'lost'])
          .describe('`lost`: the key before was gone; nothing but the log vouches for this one'),
      }),
    )
    .describe('All keys, oldest first'),
})

/** A consistency proof. */
export const consistencyProof = z.object({
  from: z.int().min(0),
  to: z.int().min(0),
  hashes: z.array(z.string()).describe('Base64, in the order of RFC 6962, section 2.1.2'),
})
