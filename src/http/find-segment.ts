import { assertNotErased } from '../contract/erased.ts'
import { type ErrorCode, RecorderError } from '../contract/errors.ts'
import type { SegmentDescription } from '../contract/events.ts'
import { MEDIA } from '../contract/media.ts'
import type { RecorderPort } from '../recorder/port.ts'
import type { Exchange } from './route.ts'

/** The errors of routes that read a segment. */
export const SEGMENT_ERRORS: readonly ErrorCode[] = [
  ...(['NOT_FOUND', 'RECORDING_NOT_FOUND', 'NO_CURRENT_RECORDING'] as const),
  ...(['ERASED', 'KEY_UNAVAILABLE'] as const),
]

/** Finds the closed segment that a path names. Throws NOT_FOUND or ERASED. */
export async function findSegment(
  recorder: RecorderPort,
  { params }: Pick<Exchange, 'params'>,
): Promise<{ id: string; segment: SegmentDescription }> {
  const { medium = '', number = '' } = params
  const recording = await recorder.findRecording(params.id as string)
  const { id } = recording
  assertNotErased(recording)
  const isKnown = MEDIA.some((name) => name === medium) && /^[1-9]\d{0,8}$/.test(number)
  const segment = isKnown ? await recorder.log.segment(id, medium, Number(number)) : undefined
  if (segment === undefined)
    throw new RecorderError('NOT_FOUND', 'The recording has no such segment.')
  return { id, segment }
}
