import * as z from 'zod'
import { SCOPES } from '../../access/scopes.ts'

/** The clients that have no token, as events name them. */
const RESERVED_TOKEN_NAMES = ['home', 'ui', 'system', 'recorder']

/** The body of POST /tokens. */
export const tokenRequest = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'A name is 1 to 64 letters, digits, `_`, `.` or `-`.')
    .refine(
      (name) => !RESERVED_TOKEN_NAMES.includes(name),
      'The recorder reserves this name for itself.',
    ),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
})
