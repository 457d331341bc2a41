import * as z from 'zod'
import { CONSENT_STATES } from '../../contract/custody.ts'

/** The body of POST /recordings/{id}/consent. */
export const consentRequest = z.strictObject({
  state: z
    .enum(CONSENT_STATES)
    .describe('`declined` and `withdrawn` end capture for good; another recording can be started'),
  method: z
    .string()
    .regex(
      /^[\p{L}\p{N}][\p{L}\p{N} ._/-]{0,63}$/u,
      'A method is 1 to 64 letters, digits, spaces, `.`, `_`, `/` or `-`, and begins with a letter or digit.',
    )
    .describe('How it was given, such as `spoken` or `signed`. No personal data: the log keeps it'),
  note: z
    .string()
    .min(1)
    .max(1000)
    .regex(/^[^\p{Cc}]*$/u, 'A note has no control characters.')
    .optional()
    .describe('Free text, encrypted with the recording'),
})
