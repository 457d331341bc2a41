/** Writes the `moov` box of a file: what its tracks are, and where their samples lie. */
import type { Chunk, Movie, MovieTrack } from './movie.ts'
import { ascii, box, fullBox, u16, u32, u64 } from './mp4-boxes.ts'
import type { PlacedChunk } from './sample-table-box.ts'
import { placeBoxes, sampleBoxes } from './sample-table-box.ts'

/** The timescale of movies. Each millisecond and each tick of a screen is exact in it. */
const TIMESCALE = 90_000
const TICKS_A_MS = TIMESCALE / 1_000
/** The seconds from 1904, by which MP4 counts, to 1970. */
const EPOCH_SECONDS = 2_082_844_800
const MATRIX = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000)
const FULL_VOLUME = 0x100
const LANGUAGE_UNDETERMINED = 0x55c4
const MOST_LISTED_CHAPTERS = 255

const HANDLERS = {
  video: { type: 'vide', name: 'VideoHandler' },
  sound: { type: 'soun', name: 'SoundHandler' },
  chapters: { type: 'text', name: 'SubtitleHandler' },
} as const

/**
 * Prepares the `moov` box of a movie. Returns the function that writes it: `offsets` has where each
 * chunk begins in the file. The length of the box does not depend on them. `isLarge`: they need 64
 * bits.
 */
export function prepareMovieBox(
  movie: Movie,
  chunks: readonly Chunk[],
  isLarge: boolean,
): (offsets: readonly number[]) => Buffer {
  const samples = movie.tracks.map(sampleBoxes)
  return (offsets) => {
    const placed: PlacedChunk[][] = movie.tracks.map(() => [])
    for (const [at, { track, count }] of chunks.entries())
      placed[track]!.push({ count, offset: offsets[at] as number })
    const tables = placed.map((own, track) =>
      box('stbl', samples[track]!, placeBoxes(own, isLarge)),
    )
    return movieBox(movie, tables)
  }
}

function movieBox(movie: Movie, tables: readonly Buffer[]): Buffer {
  const { tracks, durationMs, createdAt } = movie
  const seconds = Math.floor(createdAt / 1_000) + EPOCH_SECONDS
  const times = Buffer.concat([u64(seconds), u64(seconds)])
  const duration = u64(Math.round(durationMs * TICKS_A_MS))
  const volume = [u32(0x1_0000), u16(FULL_VOLUME, 0), u32(0, 0)]
  const next = [MATRIX, Buffer.alloc(24), u32(tracks.length + 1)]
  const header = [times, u32(TIMESCALE), duration, ...volume, ...next]
  const chaptersAt = tracks.findIndex(({ kind }) => kind === 'chapters')
  return box(
    'moov',
    fullBox('mvhd', { version: 1 }, ...header),
    ...tracks.map((track, index) =>
      trackBox(track, {
        number: index + 1,
        chapters: chaptersAt >= 0 && index !== chaptersAt ? chaptersAt + 1 : undefined,
        times,
        table: tables[index]!,
      }),
    ),
    userDataBox(movie),
  )
}

function trackBox(
  track: MovieTrack,
  how: { number: number; chapters: number | undefined; times: Buffer; table: Buffer },
): Buffer {
  const { startMs, durationMs, kind, size } = track
  const isSound = kind === 'sound'
  const header = fullBox(
    'tkhd',
    // In the movie, and maybe enabled.
    { version: 1, flags: track.isEnabled ? 3 : 2 },
    ...[how.times, u32(how.number, 0), u64(ticks(startMs + durationMs)), u32(0, 0)],
    // A player plays one track of sound at a time.
    ...[u16(0, isSound ? 1 : 0, isSound ? FULL_VOLUME : 0, 0), MATRIX],
    u32((size?.width ?? 0) * 0x1_0000, (size?.height ?? 0) * 0x1_0000),
  )
  const reference = how.chapters === undefined ? [] : [box('tref', box('chap', u32(how.chapters)))]
  const title =
    track.title === undefined ? [] : [box('udta', box('name', Buffer.from(track.title)))]
  return box('trak', header, editBox(track), ...reference, mediaBox(track, how), ...title)
}

/** Says when a track begins, and which part of it is played. */
function editBox({ startMs, durationMs, skipped }: MovieTrack): Buffer {
  const once = u16(1, 0)
  const pause = ticks(startMs) > 0 ? [u64(ticks(startMs)), u64(-1), once] : []
  const edits = [...pause, u64(ticks(durationMs)), u64(skipped), once]
  return box('edts', fullBox('elst', { version: 1 }, u32(pause.length > 0 ? 2 : 1), ...edits))
}

function mediaBox(track: MovieTrack, { times, table }: { times: Buffer; table: Buffer }): Buffer {
  const handler = HANDLERS[track.kind]
  const duration = [u32(track.timescale), u64(track.samples.duration)]
  const source = fullBox('dref', {}, u32(1), fullBox('url ', { flags: 1 }))
  return box(
    'mdia',
    fullBox('mdhd', { version: 1 }, times, ...duration, u16(LANGUAGE_UNDETERMINED, 0)),
    handlerBox(handler.type, track.title ?? handler.name),
    box('minf', mediaHeader(track.kind), box('dinf', source), table),
  )
}

function handlerBox(type: string, name: string): Buffer {
  return fullBox('hdlr', {}, u32(0), ascii(type), u32(0, 0, 0), Buffer.from(`${name}\0`))
}

function mediaHeader(kind: MovieTrack['kind']): Buffer {
  if (kind === 'video') return fullBox('vmhd', { flags: 1 }, u16(0, 0, 0, 0))
  if (kind === 'sound') return fullBox('smhd', {}, u16(0, 0))
  // As QuickTime wants it for text, without a look of its own.
  const base = fullBox('gmin', {}, u16(0x40, 0x8000, 0x8000, 0x8000, 0, 0))
  const matrix = [u16(1), u32(0, 0, 0, 1, 0, 0, 0, 0x4000), u16(0)]
  return box('gmhd', base, box('text', ...matrix))
}

/** Title, comment and encoder as iTunes writes them, and the chapters as Nero lists them. */
function userDataBox({ title, comment, encoder, chapters }: Movie): Buffer {
  const values = Object.entries({ '©nam': title, '©cmt': comment, '©too': encoder })
  const list = values.map(([name, text]) => box(name, box('data', u32(1, 0), Buffer.from(text))))
  const handler = fullBox('hdlr', {}, u32(0), ascii('mdirappl'), u32(0, 0), Buffer.alloc(1))
  const meta = fullBox('meta', {}, handler, box('ilst', ...list))
  return box('udta', meta, ...(chapters.length > 0 ? [chapterListBox(chapters)] : []))
}

function chapterListBox(chapters: Movie['chapters']): Buffer {
  const listed = chapters.slice(0, MOST_LISTED_CHAPTERS)
  return fullBox(
    'chpl',
    { version: 1 },
    ...[u32(0), Buffer.from([listed.length])],
    ...listed.flatMap(({ atMs, title }) => {
      const text = Buffer.from(title)
      // Its unit is 100 ns.
      return [u64(Math.round(atMs * 10_000)), Buffer.from([text.length]), text]
    }),
  )
}

const ticks = (ms: number): number => Math.round(ms * TICKS_A_MS)
