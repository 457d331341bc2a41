import type { SegmentDescription } from '../../contract/events.ts'
import { runFfmpeg } from '../building/run-ffmpeg.ts'
import type { Tools } from '../building/tools.ts'
import type { Semaphore } from '../semaphore.ts'
import { checkSegments, readSegment } from './check-segments.ts'
import { PEAK_SAMPLE_RATE, PeakMeter } from './peak-meter.ts'
import { type OpenSegment, SegmentResults } from './segment-results.ts'

/** Bytes. An hour of sound has 180 kB of peaks. */
const MOST_CACHED_BYTES = 16_000_000

/**
 * Computes the peaks of sound segments. They are made from a file whose hash is that of the log, or
 * not at all.
 */
export function createSegmentPeaks(options: {
  tools: Tools
  slots: Semaphore
  signal: AbortSignal
}): SegmentResults<Buffer> {
  return new SegmentResults({
    ...options,
    make: (segment, open) => measurePeaks(segment, open, options),
    sizeOf: (peaks) => peaks.length,
    mostCached: MOST_CACHED_BYTES,
  })
}

async function measurePeaks(
  segment: SegmentDescription,
  open: OpenSegment,
  how: { tools: Tools; signal: AbortSignal },
): Promise<Buffer> {
  await checkSegments([segment], { open, signal: how.signal, progress: () => {} })
  const meter = new PeakMeter()
  const pcm = ['-ac', '1', '-ar', String(PEAK_SAMPLE_RATE), '-f', 's16le', 'pipe:1']
  await readSegment(segment, open, (media) =>
    runFfmpeg(how, ['-f', 'ogg', '-i', 'pipe:0', ...pcm], {
      input: media.stream(),
      onOutput: (piece) => meter.push(piece),
    }),
  )
  return meter.finish()
}
