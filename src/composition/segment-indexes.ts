import { type FileHandle, open } from 'node:fs/promises'
import type { SegmentDescription } from '../contract/events.ts'
import { changedSegment, unreadableSegment } from './check-segments.ts'
import type { SegmentIndex } from './port.ts'
import { readSegmentIndex } from './read-segment-index.ts'
import { SegmentResults } from './segment-results.ts'
import { Semaphore } from './semaphore.ts'

/** An hour of screen has 360 key frames. */
const MOST_CACHED_KEY_FRAMES = 200_000
/** Reading heads is light, but a slow disk must not hold every thread that reads files. */
const SIMULTANEOUS = 2

/** Reads the indexes of screen segments. */
export function createSegmentIndexes(signal: AbortSignal): SegmentResults<SegmentIndex> {
  return new SegmentResults({
    make: (segment, path) => readIndex(segment, path, signal),
    sizeOf: ({ keyFrames }) => keyFrames.length,
    mostCached: MOST_CACHED_KEY_FRAMES,
    slots: new Semaphore(SIMULTANEOUS),
    signal,
  })
}

async function readIndex(
  segment: SegmentDescription,
  path: string,
  signal: AbortSignal,
): Promise<SegmentIndex> {
  const file = await openSegment(segment, path)
  try {
    const { size } = await file.stat()
    if (size !== segment.bytes) throw changedSegment(segment)
    return await readSegmentIndex(file, size, signal)
  } finally {
    await file.close()
  }
}

async function openSegment(segment: SegmentDescription, path: string): Promise<FileHandle> {
  try {
    return await open(path)
  } catch (error) {
    throw unreadableSegment(segment, error)
  }
}
