import type { SegmentDescription } from '../contract/events.ts'
import type { BuildContext } from './build-context.ts'
import { checkSegments } from './check-segments.ts'
import { PEAK_SAMPLE_RATE, PeakMeter } from './peak-meter.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import { SegmentResults } from './segment-results.ts'
import type { Semaphore } from './semaphore.ts'
import type { Tools } from './tools.ts'

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
    make: (segment, path) => measurePeaks(segment, path, options),
    sizeOf: (peaks) => peaks.length,
    mostCached: MOST_CACHED_BYTES,
  })
}

async function measurePeaks(
  segment: SegmentDescription,
  path: string,
  { tools, signal }: Pick<BuildContext, 'tools' | 'signal'>,
): Promise<Buffer> {
  const context: BuildContext = { tools, signal, folder: '', path: () => path, progress: () => {} }
  await checkSegments([segment], context)
  const meter = new PeakMeter()
  const pcm = ['-ac', '1', '-ar', String(PEAK_SAMPLE_RATE), '-f', 's16le', 'pipe:1']
  await runFfmpeg(context, ['-i', `file:${path}`, ...pcm], {
    onStdout: (chunk) => meter.push(chunk),
  })
  return meter.finish()
}
