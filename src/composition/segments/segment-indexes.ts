import type { SegmentDescription } from '../../contract/events.ts'
import type { SegmentIndex } from '../port.ts'
import { Semaphore } from '../semaphore.ts'
import { changedSegment, readSegment } from './check-segments.ts'
import { readSegmentIndex } from './read-segment-index.ts'
import { type OpenSegment, SegmentResults } from './segment-results.ts'

/** An hour of screen has 360 key frames. */
const MOST_CACHED_KEY_FRAMES = 200_000
/** Reading heads is light, but a slow disk must not hold every thread that reads files. */
const SIMULTANEOUS = 2

/** Reads the indexes of screen segments. */
export function createSegmentIndexes(signal: AbortSignal): SegmentResults<SegmentIndex> {
  return new SegmentResults({
    make: (segment, open) => readIndex(segment, open, signal),
    sizeOf: ({ keyFrames }) => keyFrames.length,
    mostCached: MOST_CACHED_KEY_FRAMES,
    slots: new Semaphore(SIMULTANEOUS),
    signal,
  })
}

function readIndex(
  segment: SegmentDescription,
  open: OpenSegment,
  signal: AbortSignal,
): Promise<SegmentIndex> {
  return readSegment(segment, open, async (media) => {
    if (media.bytes !== segment.bytes) throw changedSegment(segment)
    return readSegmentIndex(media, media.bytes, signal)
  })
}
