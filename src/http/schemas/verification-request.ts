import * as z from 'zod'
import { pathId } from './requests.ts'

const MOST_RECEIPTS = 20
const LONGEST_RECEIPT = 16_384
const MOST_WITNESSES = 16
const LONGEST_KEY = 512

/** The body of POST /audit/verifications. */
export const verificationRequest = z.strictObject({
  recordingId: pathId.optional().describe('Verify the media and the replay of this recording only'),
  key: z
    .string()
    .max(LONGEST_KEY)
    .optional()
    .describe('The vkey that the log must be signed with, received by another way than the log'),
  receipts: z
    .array(z.string().min(1).max(LONGEST_RECEIPT))
    .max(MOST_RECEIPTS)
    .optional()
    .describe('Receipts as the recorder gave them'),
  witnesses: z
    .array(z.string().min(1).max(LONGEST_KEY))
    .max(MOST_WITNESSES)
    .optional()
    .describe(
      'The vkeys of witnesses that must have cosigned. Those of config.json are known without',
    ),
})
