import * as z from 'zod'

/** The body of POST /ui/launch. */
export const launchRequest = z.strictObject({
  admin: z
    .boolean()
    .default(false)
    .describe('Whether the session also gets the scope `admin`, which the page has not otherwise'),
})
