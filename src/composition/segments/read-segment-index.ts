import type { StoredMedia } from '../../age/stored-media.ts'
import { fragmentTime, timescaleOf } from '../../media/fmp4.ts'
import { FormatError } from '../../media/format-error.ts'
import { codecOf, isKeyFrame } from '../../media/key-frame.ts'
import type { SegmentIndex } from '../port.ts'
import { readBoxes } from './read-boxes.ts'

/**
 * Reads the index of a screen segment from the heads of its boxes. Frames are skipped, and every
 * read gives way to other work. Throws FormatError.
 */
export async function readSegmentIndex(
  media: Pick<StoredMedia, 'read'>,
  bytes: number,
  signal: AbortSignal,
): Promise<SegmentIndex> {
  const keyFrames: SegmentIndex['keyFrames'] = []
  let head: { initBytes: number; codec: string; timescale: number } | undefined
  let firstStart: number | undefined
  for await (const { type, offset, length, read } of readBoxes(media, bytes, signal)) {
    if (type === 'moov') {
      const moov = await read()
      const initBytes = offset + length
      head = { initBytes, codec: codecOf(moov), timescale: timescaleOf(moov) }
    } else if (type === 'moof') {
      if (head === undefined) throw new FormatError('MP4 without moov')
      const moof = await read()
      const { start } = fragmentTime(moof)
      firstStart ??= start
      if (isKeyFrame(moof)) keyFrames.push([toMs(start - firstStart, head.timescale), offset])
    }
  }
  if (head === undefined) throw new FormatError('MP4 without moov')
  return { bytes, initBytes: head.initBytes, codec: head.codec, keyFrames }
}

/** Converts ticks to milliseconds, exact to the microsecond. */
const toMs = (ticks: number, timescale: number): number =>
  Math.round((ticks * 1_000_000) / timescale) / 1_000
