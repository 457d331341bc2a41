import * as z from 'zod'
import { numberText } from './query-parts.ts'
import { pathId } from './requests.ts'

/** The query of GET /inspect. */
export const inspectQuery = z
  .strictObject({
    tags: z
      .enum(['0', '1'])
      .default('0')
      .describe('`1`: also sends the values of tags. Otherwise they are `…`.'),
    recording: pathId
      .optional()
      .describe('Shows the past of this recording, in place of what is alive'),
    position: numberText(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('Begins after the event at this position of the log. Defaults to the beginning.'),
    speed: z
      .string()
      .regex(/^\d{1,4}(?:\.\d{1,3})?$/, 'This must be a number from 0 to 1000.')
      .transform(Number)
      .pipe(z.number().min(0).max(1000))
      .meta({ type: 'number', minimum: 0, maximum: 1000, pattern: undefined })
      .optional()
      .describe('`1`: as fast as it happened. `0`: step by step, which is the default.'),
  })
  .refine(
    ({ recording, position, speed }) =>
      recording !== undefined || (position === undefined && speed === undefined),
    'Position and speed need a recording.',
  )
