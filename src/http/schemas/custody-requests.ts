import * as z from 'zod'

const MOST_CHARACTERS = 500
const NO_CONTROL_CHARACTERS = /^\P{Cc}*$/u

/** A reason that a person gives. */
export const reason = z
  .string()
  .trim()
  .min(1, 'A reason must not be empty.')
  .refine(
    (text) => [...text].length <= MOST_CHARACTERS,
    `A reason has at most ${MOST_CHARACTERS} characters.`,
  )
  .regex(NO_CONTROL_CHARACTERS, 'A reason is one line, without control characters.')
  .meta({ maxLength: MOST_CHARACTERS })

/** The body of a request that needs a reason. */
export const reasonRequest = z.strictObject({ reason })
