import type { EventData } from '../../contract/events.ts'
import type { GapReason } from '../../contract/media.ts'

/**
 * The trail from which a track's gaps and sums are computed: one step for each segment that was
 * opened, closed or cut.
 */
export interface SegmentStep {
  number: number
  /** First sample; null when the segment was cut before one was reported. */
  startedAt: string | null
  /** Null until it is closed. */
  endedAt: string | null
  durationMs: number
  bytes: number
  /** Why it ended; the first cause counts. Null while nothing has ended it. */
  endedBy: GapReason | null
}

/**
 * The segments of a track by number. Facts about them may come in any order: a slow disk closes one
 * after the next has begun.
 */
export type SegmentTrail = readonly SegmentStep[]

function change(trail: SegmentTrail, number: number, patch: Partial<SegmentStep>): SegmentTrail {
  const at = trail.findIndex((step) => step.number >= number)
  const found = trail[at]
  if (found?.number === number) return trail.with(at, { ...found, ...patch })
  const step = {
    number,
    startedAt: null,
    endedAt: null,
    durationMs: 0,
    bytes: 0,
    endedBy: null,
    ...patch,
  }
  return found === undefined ? [...trail, step] : trail.toSpliced(at, 0, step)
}

export function segmentOpened(
  trail: SegmentTrail,
  { number, startedAt }: EventData['segment.opened'],
): SegmentTrail {
  return change(trail, number, { startedAt })
}

export function segmentClosed(
  trail: SegmentTrail,
  facts: EventData['segment.closed'],
): SegmentTrail {
  const { number, startedAt, endedAt, durationMs, bytes } = facts
  return change(trail, number, { startedAt, endedAt, durationMs, bytes })
}

export function segmentDiscarded(trail: SegmentTrail, number: number): SegmentTrail {
  return trail.filter((step) => step.number !== number)
}

/** A segment was cut, perhaps before its first sample was reported. */
export function segmentCut(trail: SegmentTrail, number: number, endedBy: GapReason): SegmentTrail {
  const known = trail.find((step) => step.number === number)
  return known?.endedBy ? trail : change(trail, number, { endedBy })
}

/** Whatever the track was capturing has ended. */
export function captureEnded(trail: SegmentTrail, endedBy: GapReason): SegmentTrail {
  if (trail.every((step) => step.endedBy !== null)) return trail
  return trail.map((step) => (step.endedBy === null ? { ...step, endedBy } : step))
}
