import { RecorderError } from '../contract/errors.ts'
import type { SegmentDescription } from '../contract/events.ts'
import { MEDIA } from '../contract/media.ts'
import type { RecorderPort } from '../recorder/port.ts'
import type { Exchange } from './route.ts'

/** Finds the closed segment that a path names. Throws NOT_FOUND. */
export async function findSegment(
  recorder: RecorderPort,
  { credential, params }: Pick<Exchange, 'credential' | 'params'>,
): Promise<{ id: string; segment: SegmentDescription }> {
  const { medium = '', number = '' } = params
  const { id } = await recorder.recording(params.id as string, credential.side)
  const isKnown = MEDIA.some((name) => name === medium) && /^[1-9]\d{0,8}$/.test(number)
  const segment = isKnown ? await recorder.log.segment(id, medium, Number(number)) : undefined
  if (segment === undefined)
    throw new RecorderError('NOT_FOUND', 'The recording has no such segment.')
  return { id, segment }
}
