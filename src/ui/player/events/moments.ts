import type { LogEvent } from '../../../contract/events.ts'
import { isOfInterest } from './event-text.ts'
import { momentOf } from './points.ts'

/** A recording of 0.1 has no quality in its log. */
const USUAL_FRAMES_PER_SECOND = 15

/** Returns how long a picture of the screen lasts. */
export function frameMsOf(events: readonly LogEvent[]): number {
  const start = events.find((event) => event.type === 'recording.starting')
  return 1_000 / (start?.data.quality?.framesPerSecond ?? USUAL_FRAMES_PER_SECOND)
}

/** Returns the moments of the events between which one can step, in order. */
export function eventMoments(events: readonly LogEvent[], startMs: number): number[] {
  return events.filter(isOfInterest).map((event) => momentOf(event, startMs))
}

/** Returns the next moment in a direction; undefined when there is none. */
export function neighbour(
  moments: readonly number[],
  ms: number,
  direction: 1 | -1,
): number | undefined {
  // A step back right after a moment leads to the one before it, also while it plays.
  return direction === 1
    ? moments.find((moment) => moment > ms + 50)
    : moments.findLast((moment) => moment < ms - 1_000)
}
