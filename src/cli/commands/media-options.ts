/** Values of the media options that several commands share. */
import type { RecordingType, RequestedMedium } from '../../contract/media.ts'
import type { QualityPreset } from '../../contract/quality.ts'
import { UsageError } from '../problem.ts'

/** Values of `--media`. */
export const MEDIA_CHOICES = [
  'audio',
  'mic',
  'speaker',
  'screen',
] as const satisfies readonly RequestedMedium[]

/**
 * Reads `[ID] [MEDIUM…]`. No id is the name of a medium. Throws {@link UsageError} when a second
 * argument is none, either.
 */
export function parseMediaArguments(args: readonly string[]): {
  id: string | undefined
  media: RequestedMedium[]
} {
  const media = MEDIA_CHOICES.filter((medium) => args.includes(medium))
  const [id, other] = args.filter((argument) => !(media as string[]).includes(argument))
  if (other !== undefined)
    throw new UsageError(`“${other}” is no medium. The media are ${MEDIA_CHOICES.join(', ')}.`)
  return { id, media }
}

/** Values of `--recording-type`. */
export const TYPE_CHOICES = [
  'microphone',
  'speaker',
  'both',
] as const satisfies readonly RecordingType[]

/** Values of `--quality`. */
export const QUALITY_CHOICES = [
  'small',
  'standard',
  'sharp',
] as const satisfies readonly QualityPreset[]

/** Parses each `--device` (`mic=ID`) into the API's `devices`. Throws {@link UsageError}. */
export function parseDevices(values: readonly string[]): Record<string, string> {
  const pairs = values.map((text) => {
    const at = text.indexOf('=')
    const medium = text.slice(0, Math.max(0, at))
    if (!['mic', 'speaker', 'screen'].includes(medium) || at === text.length - 1)
      throw new UsageError(
        'The option --device needs mic=ID, speaker=ID or screen=ID. `f2f devices` lists the ids.',
      )
    return [medium, text.slice(at + 1)]
  })
  return Object.fromEntries(pairs)
}
