import * as z from 'zod'
import { CONSENT_MODES, CONSENT_STATES } from '../../contract/custody.ts'
import { medium, tagValue } from './parts.ts'

/** The rules of custody. */
export const custodyRules = z.object({
  consent: z.object({ mode: z.enum(CONSENT_MODES), eraseWhenWithdrawn: z.boolean() }),
  holds: z.object({ releaseBy: z.enum(['anyone', 'other']) }),
  retention: z.object({
    rules: z.array(
      z.object({
        name: z.string(),
        keepDays: z.number(),
        tag: z.object({ key: z.string(), value: tagValue.optional() }).optional(),
        consent: z.enum([...CONSENT_STATES, 'none']).optional(),
      }),
    ),
    minDays: z.number(),
    maxDays: z.number().nullable(),
  }),
  escrowRecipients: z.array(z.string()),
  allowCardNumbers: z.boolean(),
  lock: z.object({ pause: z.array(medium), resume: z.boolean() }),
  audit: z
    .object({
      witnesses: z.array(z.object({ url: z.string(), vkey: z.string() })),
      timestampUrl: z.string().nullable(),
    })
    .optional()
    .describe('Missing in events of former versions'),
})
