/**
 * Lays out an MP4 file that plays while it is loading (ISO/IEC 14496-12): first its tables, then
 * its samples, those of all tracks by turns. Pure.
 */

import type { Chunk, Movie, MovieTrack } from './movie.ts'
import { prepareMovieBox } from './movie-box.ts'
import { ascii, box, u32, u64 } from './mp4-boxes.ts'

/** How long the samples of a track follow each other before another track's turn, in seconds. */
const TURN_SECONDS = 1
const LARGEST_32_BITS = 0xffff_ffff

/** The beginning of a file, and the samples that follow it. */
export interface MovieLayout {
  head: Buffer
  chunks: readonly Chunk[]
}

/** Lays out a movie. */
export function layOutMovie(movie: Movie): MovieLayout {
  const chunks = planChunks(movie.tracks)
  const sizes = chunks.map((chunk) => bytesOf(movie.tracks, chunk))
  const mediaBytes = sizes.reduce((sum, size) => sum + size, 0)
  const type = box('ftyp', ascii('isom'), u32(0x200), ascii('isomiso2avc1mp41'))
  const isLarge = mediaBytes > LARGEST_32_BITS / 2
  const writeTables = prepareMovieBox(movie, chunks, isLarge)
  const tableBytes = writeTables(sizes).length
  const mediaHead = isLarge
    ? Buffer.concat([u32(1), ascii('mdat'), u64(mediaBytes + 16)])
    : Buffer.concat([u32(mediaBytes + 8), ascii('mdat')])
  let offset = type.length + tableBytes + mediaHead.length
  const offsets = sizes.map((size) => {
    const at = offset
    offset += size
    return at
  })
  return { head: Buffer.concat([type, writeTables(offsets), mediaHead]), chunks }
}

function planChunks(tracks: readonly MovieTrack[]): Chunk[] {
  const chunks: Chunk[] = []
  const cursors = tracks.map(({ startMs }) => ({ sample: 0, seconds: startMs / 1_000 }))
  const isOver = (): boolean => tracks.every((one, at) => cursors[at]!.sample >= one.samples.count)
  for (let turn = 1; !isOver(); turn++) {
    for (const [track, { samples, timescale }] of tracks.entries()) {
      const cursor = cursors[track]!
      const first = cursor.sample
      while (cursor.sample < samples.count && cursor.seconds < turn * TURN_SECONDS)
        cursor.seconds += samples.durationOf(cursor.sample++) / timescale
      if (cursor.sample > first) chunks.push({ track, first, count: cursor.sample - first })
    }
  }
  return chunks
}

function bytesOf(tracks: readonly MovieTrack[], { track, first, count }: Chunk): number {
  const { samples } = tracks[track]!
  let bytes = 0
  for (let at = first; at < first + count; at++) bytes += samples.sizeOf(at)
  return bytes
}
