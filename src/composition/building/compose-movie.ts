/** Writes tracks, chapters and metadata as one sealed MP4 that plays while it is loading. */
import type { Movie, MovieTrack } from '../../media/movie.ts'
import { layOutMovie } from '../../media/movie-layout.ts'
import { OPUS_RATE } from '../../media/opus.ts'
import { chapterEntry, chapterSample, opusEntry } from '../../media/sample-entries.ts'
import { SampleTable } from '../../media/sample-table.ts'
import { exportError } from '../export-error.ts'
import type { Chapter } from '../plan/chapters.ts'
import type { BuildContext } from './build-context.ts'
import type { Sound } from './compose-sound.ts'
import { type MovieInput, NO_MEDIA, type Sample } from './movie-input.ts'
import { writeSealed } from './sealed-output.ts'

/** Opus needs 80 ms before a packet that it shall decode: four of the usual packets. */
const OPUS_ROLL_SAMPLES = 4
/** The share of the work that reading the tables is. */
const TABLES_SHARE = 0.3

/** Returns a composed sound as a track, copied. Only one of several is enabled. */
export function soundTrack(sound: Sound, title: string, isEnabled: boolean): MovieInput {
  const { head, endSamples } = sound
  return {
    kind: 'sound',
    ...{ title, isEnabled },
    timescale: OPUS_RATE,
    entry: opusEntry(head),
    startMs: 0,
    skipped: head.preSkip,
    durationMs: ((endSamples - head.preSkip) * 1_000) / OPUS_RATE,
    rollSamples: OPUS_ROLL_SAMPLES,
    samples: () => soundSamples(sound),
  }
}

async function* soundSamples({ packets, endSamples }: Sound): AsyncGenerator<Sample> {
  let rest = endSamples
  for await (const { packet, samples } of packets()) {
    // The last one is as long as it is played.
    yield {
      bytes: packet.length,
      duration: Math.min(samples, rest),
      isKeyFrame: true,
      media: packet,
    }
    rest -= samples
  }
}

/** Returns the track from which players read the chapters. */
export function chapterTrack(chapters: readonly Chapter[], durationMs: number): MovieInput {
  async function* samples(): AsyncGenerator<Sample> {
    for (const [at, { atMs, title }] of chapters.entries()) {
      const media = chapterSample(title)
      const duration = (chapters[at + 1]?.atMs ?? durationMs) - atMs
      yield { bytes: media.length, duration, isKeyFrame: true, media }
    }
  }
  const always = { kind: 'chapters', isEnabled: false, startMs: 0, skipped: 0 } as const
  return { ...always, timescale: 1_000, entry: chapterEntry(), durationMs, samples }
}

/**
 * Writes a movie at `path`. The tracks are read twice: for the tables, which come first, and for
 * the file. Resolves with the SHA-256 of the MP4.
 */
export async function composeMovie(
  inputs: readonly MovieInput[],
  about: Omit<Movie, 'tracks'>,
  path: string,
  context: BuildContext,
): Promise<string> {
  const tracks: MovieTrack[] = []
  for (const [at, input] of inputs.entries()) {
    tracks.push({ ...input, samples: await readTable(input, context.signal) })
    context.progress((TABLES_SHARE * (at + 1)) / inputs.length)
  }
  const pieces = moviePieces(inputs, { ...about, tracks }, context)
  return writeSealed(path, context.identity, pieces, context.signal)
}

async function readTable({ samples }: MovieInput, signal: AbortSignal): Promise<SampleTable> {
  const table = new SampleTable()
  for await (const sample of samples(false)) {
    signal.throwIfAborted()
    table.add(sample)
  }
  return table
}

async function* moviePieces(
  inputs: readonly MovieInput[],
  movie: Movie,
  context: BuildContext,
): AsyncGenerator<Buffer> {
  const { head, chunks } = layOutMovie(movie)
  yield head
  const readers = inputs.map((input) => input.samples(true)[Symbol.asyncIterator]())
  try {
    for (const [at, { track, first, count }] of chunks.entries()) {
      const media: Buffer[] = []
      for (let sample = first; sample < first + count; sample++) {
        const { done, value } = await readers[track]!.next()
        const { length } = done ? NO_MEDIA : value.media
        if (length !== movie.tracks[track]!.samples.sizeOf(sample))
          throw exportError('The media changed while the file was made.')
        media.push((value as Sample).media)
      }
      yield Buffer.concat(media)
      context.progress(TABLES_SHARE + ((1 - TABLES_SHARE) * (at + 1)) / chunks.length)
    }
  } finally {
    // Closes the files that they read.
    for (const reader of readers) await reader.return?.()
  }
}
