/** The schemas of requests for files that are made of a recording. */
import * as z from 'zod'
import { PAGE_LANGUAGES } from '../../contract/configuration.ts'

/** The query of GET /recordings/{id}/bundle. */
export const bundleQuery = z.strictObject({
  lang: z.enum(PAGE_LANGUAGES).default('en').describe('The language of `report.html`.'),
})

/** The query of GET /recordings/{id}/export. */
export const exportQuery = z.strictObject({
  gaps: z
    .enum(['fill', 'cut'])
    .default('fill')
    .describe(
      '`fill`: gaps have silence and a card. `cut`: stretches in which no track has media are left out.',
    ),
  audio: z
    .enum(['mix', 'split'])
    .default('mix')
    .describe(
      '`mix`: one AAC track with both voices. `split`: microphone and speaker as recorded, in Opus.',
    ),
})
