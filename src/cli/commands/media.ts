/** Options about media that several commands share. */
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

/** `mic=ID` of each `--device`, as the API takes it. Throws {@link UsageError}. */
export function deviceMap(given: readonly string[]): Record<string, string> {
  const pairs = given.map((text) => {
    const at = text.indexOf('=')
    const medium = text.slice(0, Math.max(0, at))
    if (!['mic', 'speaker', 'screen'].includes(medium) || at === text.length - 1)
      throw new UsageError(
        '--device takes mic=ID, speaker=ID or screen=ID; `f2f devices` lists the ids',
      )
    return [medium, text.slice(at + 1)]
  })
  return Object.fromEntries(pairs)
}
