import * as z from 'zod'
import { OUTSIDER_KINDS, OUTSIDER_PROBLEMS } from '../../contract/outsiders.ts'
import { time } from './parts.ts'

/** The services that remember checkpoints. */
export const outsiders = z.object({
  items: z.array(
    z.object({
      kind: z.enum(OUTSIDER_KINDS),
      name: z.string(),
      url: z.string(),
      confirmed: z
        .object({ size: z.int(), at: time })
        .nullable()
        .describe('The newest checkpoint that it has confirmed'),
      problem: z
        .object({ code: z.enum(OUTSIDER_PROBLEMS), message: z.string(), since: time })
        .nullable(),
    }),
  ),
})
