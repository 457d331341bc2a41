import type { SegmentDescription } from '../../contract/events.ts'
import type { SegmentPlan } from '../capture.ts'
import type { StoredFile } from './segment-writer.ts'

/** The file format of each medium. */
export const FORMATS = {
  mic: { container: 'ogg', codec: 'opus' },
  speaker: { container: 'ogg', codec: 'opus' },
  screen: { container: 'mp4', codec: 'h264' },
} as const

/** The name of a segment's sealed file in its recording's folder. */
export function segmentFile({ medium, number }: Pick<SegmentPlan, 'medium' | 'number'>): string {
  return `${medium}-${String(number).padStart(6, '0')}.${FORMATS[medium].container}.age`
}

/**
 * A segment's start as it is reported. It is rounded down, so that no rounding puts the end of its
 * media after a cut.
 */
export function segmentStart(startedAtMs: number): string {
  return new Date(Math.floor(startedAtMs)).toISOString()
}

/** Describes a segment whose file is complete. `file`: its name, when it is not the usual one. */
export function describeSegment(
  plan: Pick<SegmentPlan, 'medium' | 'number'> & { file?: string },
  startedAtMs: number,
  file: StoredFile & { durationMs: number },
): SegmentDescription {
  const { medium, number } = plan
  const durationMs = Math.round(file.durationMs)
  const startMs = Math.floor(startedAtMs)
  return {
    medium,
    number,
    startedAt: segmentStart(startedAtMs),
    endedAt: new Date(startMs + durationMs).toISOString(),
    durationMs,
    bytes: file.bytes,
    ...FORMATS[medium],
    sha256: file.sha256,
    ...(file.storedSha256 === undefined ? {} : { storedSha256: file.storedSha256 }),
    file: plan.file ?? segmentFile(plan),
  }
}
