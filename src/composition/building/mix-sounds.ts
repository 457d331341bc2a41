/** Mixes the sounds of a recording to one in AAC, which every player knows. */
import { join } from 'node:path'
import { openStoredMedia } from '../../age/stored-media.ts'
import { AAC_FRAME_SAMPLES, AAC_PRIMING_SAMPLES, readAdtsFrame } from '../../media/adts.ts'
import { readPage } from '../../media/ogg.ts'
import { OPUS_RATE } from '../../media/opus.ts'
import { aacEntry } from '../../media/sample-entries.ts'
import { Splitter } from '../../media/splitter.ts'
import { exportError } from '../export-error.ts'
import type { BuildContext } from './build-context.ts'
import { oggPages, type Sound } from './compose-sound.ts'
import type { MovieInput, Sample } from './movie-input.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import { SealedOutput } from './sealed-output.ts'

const BITS_PER_SECOND = 128_000
const RATE = 48_000

/** Encodes the mix as a sealed working file, and returns it as a track. */
export async function mixSounds(
  sounds: readonly Sound[],
  durationMs: number,
  context: BuildContext,
): Promise<MovieInput> {
  const path = join(context.folder, 'mix.adts.age')
  const output = await SealedOutput.create(path, context.identity)
  try {
    const total = (durationMs * OPUS_RATE) / 1_000
    const input = multiplexed(sounds, (samples) => context.progress(samples / total))
    await runFfmpeg(context, mixArgs(sounds), { input, onOutput: (piece) => output.write(piece) })
    await output.finish()
  } finally {
    await output.close()
  }
  return {
    kind: 'sound',
    isEnabled: true,
    timescale: RATE,
    entry: aacEntry(BITS_PER_SECOND),
    startMs: 0,
    skipped: AAC_PRIMING_SAMPLES,
    durationMs,
    rollSamples: 1,
    samples: () => readMix(path, durationMs, context),
  }
}

function mixArgs(sounds: readonly Sound[]): string[] {
  const inputs = sounds.map(({ head }, at) => {
    // Play one voice on both sides, at its recorded loudness.
    const stereo = head.channels === 1 ? 'pan=stereo|c0=c0|c1=c0' : 'anull'
    return `[0:a:${at}]${stereo}[s${at}]`
  })
  const labels = sounds.map((_, at) => `[s${at}]`).join('')
  const sum =
    sounds.length === 1
      ? `${labels}anull[mix]`
      : // The voices are added up, not averaged, so that each keeps its loudness. The limiter
        // acts only where both are at their loudest.
        `${labels}amerge=inputs=2,pan=stereo|c0=c0+c2|c1=c1+c3,alimiter=limit=0.97:level=0[mix]`
  return [
    ...['-f', 'ogg', '-i', 'pipe:0'],
    ...['-filter_complex', [...inputs, sum].join(';'), '-map', '[mix]'],
    ...['-c:a', 'aac', '-b:a', String(BITS_PER_SECOND), '-ar', String(RATE), '-ac', '2'],
    ...['-f', 'adts', 'pipe:1'],
  ]
}

/**
 * Writes all sounds into one Ogg stream, page by page in the order of their times: the first pages
 * of all before any other (RFC 3533, 4).
 */
async function* multiplexed(
  sounds: readonly Sound[],
  onSamples: (samples: number) => void,
): AsyncGenerator<Buffer> {
  const streams = sounds.map((sound) => oggPages(sound, onSamples))
  try {
    yield* inOrder(streams)
  } finally {
    // Whoever ends this early has not read them to their ends, at which they close their files.
    await Promise.all(streams.map((stream) => stream.return(undefined)))
  }
}

async function* inOrder(streams: readonly AsyncGenerator<Buffer>[]): AsyncGenerator<Buffer> {
  const heads: Buffer[][] = []
  for (const stream of streams) heads.push(pagesOf((await stream.next()).value as Buffer))
  for (const at of [0, 1]) for (const pages of heads) yield pages[at]!
  const waiting = await Promise.all(streams.map((stream) => stream.next()))
  while (waiting.some(({ done }) => !done)) {
    let earliest = -1
    for (const [at, { done, value }] of waiting.entries()) {
      if (done) continue
      if (earliest < 0 || granuleOf(value) < granuleOf(waiting[earliest]!.value)) earliest = at
    }
    yield waiting[earliest]!.value as Buffer
    waiting[earliest] = await streams[earliest]!.next()
  }
}

function pagesOf(bytes: Buffer): Buffer[] {
  return [...new Splitter(readPage).push(bytes)].map((page) => page.bytes)
}

const granuleOf = (page: Buffer): bigint => readPage(page)!.granule

async function* readMix(
  path: string,
  durationMs: number,
  context: BuildContext,
): AsyncGenerator<Sample> {
  const frames = new Splitter(readAdtsFrame)
  const media = await openStoredMedia(path, context.identity)
  // The encoder fills up its last frame.
  let missing = AAC_PRIMING_SAMPLES + (durationMs * RATE) / 1_000
  try {
    for await (const chunk of media.stream()) {
      context.signal.throwIfAborted()
      for (const { data } of frames.push(chunk as Buffer)) {
        const duration = AAC_FRAME_SAMPLES
        missing -= duration
        yield { bytes: data.length, duration, isKeyFrame: true, media: data }
      }
    }
  } finally {
    await media.close()
  }
  if (missing > 0) throw exportError('The mix of the sounds is shorter than the recording.')
}
