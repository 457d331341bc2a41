import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { output } from '../../../lab/helper-process.ts'
import type { SegmentDescription } from '../../../src/contract/events.ts'
import { resolveQuality } from '../../../src/contract/quality.ts'
import { opusArgs, screenArgs } from '../../../src/ffmpeg/encoding.ts'
import { createFfmpegLocator } from '../../../src/ffmpeg/ffmpeg-locator.ts'
import { writeSealedFile } from './context.ts'

const encoder = createFfmpegLocator({ env: process.env, inputs: [] })
const RATE = 48_000

/** The quality of these recordings. */
export const QUALITY = resolveQuality()

/** Records a tone as the recorder does, and returns the segment as it was recorded. */
export async function recordTone(
  folder: string,
  segment: SegmentDescription,
  hz = 1_000,
): Promise<SegmentDescription> {
  const channels = segment.medium === 'mic' ? 1 : 2
  const tone = `sine=f=${hz}:r=${RATE}:d=${segment.durationMs / 1_000},volume=4`
  const raw = ['-v', 'error', '-f', 'lavfi', '-i', tone, '-ac', String(channels), '-f', 's16le']
  const pcm = await output('ffmpeg', [...raw, '-'])
  const format = { channels, application: 'audio', bitsPerSecond: 32_000 } as const
  return store(folder, segment, await output('ffmpeg', opusArgs(format), { input: pcm }))
}

/**
 * Records a moving picture as the recorder does, and returns the segment as it was recorded.
 * `encoderArgs`: further arguments of the encoder.
 */
export async function recordScreen(
  folder: string,
  segment: SegmentDescription,
  size: string,
  encoderArgs: readonly string[] = [],
): Promise<SegmentDescription> {
  const seconds = segment.durationMs / 1_000
  const picture = `testsrc2=size=${size}:rate=${QUALITY.framesPerSecond}:duration=${seconds}`
  const args = screenArgs(['-f', 'lavfi', '-i', picture], QUALITY, await encoder.ffmpeg())
  args.splice(-1, 0, ...encoderArgs)
  return store(folder, segment, await output('ffmpeg', args))
}

async function store(
  folder: string,
  segment: SegmentDescription,
  media: Buffer,
): Promise<SegmentDescription> {
  await writeSealedFile(join(folder, segment.file), media)
  const sha256 = createHash('sha256').update(media).digest('hex')
  return { ...segment, bytes: media.length, sha256 }
}
