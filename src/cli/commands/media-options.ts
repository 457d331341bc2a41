/** Values of the media options that several commands share. */
import { didYouMean } from '../../contract/did-you-mean.ts'
import type { RecordingType, RequestedMedium } from '../../contract/media.ts'
import type { QualityPreset } from '../../contract/quality.ts'
import { UsageError } from '../problem.ts'

/** Matches an id and the beginning of one; also `current` and `last`. */
const MAY_BE_ID = /^(?:[0-9a-f-]+|current|last)$/

/** Values of `--media`. */
export const MEDIA_CHOICES = [
  'audio',
  'mic',
  'speaker',
  'screen',
] as const satisfies readonly RequestedMedium[]

/**
 * Reads `[ID] [MEDIUM…]`. No id is the name of a medium. Throws {@link UsageError} when a second
 * argument is none, either, or when the id looks like a misspelt medium.
 */
export function parseMediaArguments(args: readonly string[]): {
  id: string | undefined
  media: RequestedMedium[]
} {
  const media = MEDIA_CHOICES.filter((medium) => args.includes(medium))
  const [id, other] = args.filter((argument) => !(media as string[]).includes(argument))
  if (other !== undefined)
    throw new UsageError(`“${other}” is no medium. The media are ${MEDIA_CHOICES.join(', ')}.`)
  const similar = id === undefined || MAY_BE_ID.test(id) ? undefined : similarMedium(id)
  if (similar !== undefined)
    throw new UsageError(`“${id}” is neither a medium nor an id. Did you mean ${similar}?`)
  return { id, media }
}

function similarMedium(word: string): RequestedMedium | undefined {
  const begun = MEDIA_CHOICES.find((medium) => word.startsWith(medium))
  return begun ?? (didYouMean(word, MEDIA_CHOICES) as RequestedMedium | undefined)
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
