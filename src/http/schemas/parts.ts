/** The schemas that several answers and events share. */
import * as z from 'zod'
import { ERRORS, type ErrorCode } from '../../contract/errors.ts'
import { GAP_REASONS } from '../../contract/gap-reason.ts'
import { MEDIA } from '../../contract/media.ts'
import { WARNINGS, type WarningCode } from '../../contract/warnings.ts'

/** A time. */
export const time = z.iso
  .datetime({ precision: 3 })
  // The regular expression behind it is longer than what it says.
  .meta({ description: 'RFC 3339 UTC with milliseconds', pattern: undefined })
/** An id of the recorder. */
export const id = z.string().regex(/^[0-9A-Za-z_-]{8,64}$/)
/** A whole number from 0. */
export const count = z.int().min(0)
/** One of the three media. */
export const medium = z.enum(MEDIA)
/** The side of a client. */
export const side = z.enum(['api', 'ui'])
/** The reason of a gap. */
export const gapReason = z.enum(GAP_REASONS)
/** The code of an error. */
export const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
/** The code of a warning. */
export const warningCode = z.enum(Object.keys(WARNINGS) as [WarningCode, ...WarningCode[]])
/** A hash. */
export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256, lower-case hex')
/** The value of a tag. */
export const tagValue = z.union([z.string(), z.number(), z.boolean()])

/** Who caused an event. */
export const by = z.object({
  side: z.enum(['api', 'ui', 'system']),
  client: z.string().describe('The name of the token, `home`, `ui` or `recorder`'),
  user: z.string().describe('The operating system account of the daemon'),
})

/** A device. */
export const device = z.object({ id: z.string(), label: z.string() })

/** The loudness of sound. */
export const level = z.object({
  rmsDb: z.number().describe('dB relative to full scale'),
  peakDb: z.number().describe('dB relative to full scale'),
})

/** The facts of a segment, as answers show them. */
export const segment = z.object({
  medium,
  number: z.int().min(1).describe('Counts the segments of a track from 1'),
  startedAt: time.describe('The wall-clock time of the first sample'),
  endedAt: time,
  durationMs: z.number().min(0),
  bytes: count,
  container: z.enum(['ogg', 'mp4']),
  codec: z.enum(['opus', 'h264']),
  sha256: sha256.describe('SHA-256 of the media, lower-case hex'),
  storedSha256: sha256
    .optional()
    .describe('SHA-256 of the sealed file on disk. Missing where media were stored unsealed'),
})

/** Returns an object with one member for each medium. */
export function eachMedium<S extends z.ZodType>(schema: S) {
  return z.object({ mic: schema, speaker: schema, screen: schema })
}
