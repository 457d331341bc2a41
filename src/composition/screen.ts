/**
 * The screen's track as a list for ffmpeg's `concat`: recorded segments as they are, and cards
 * between them.
 */
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SegmentFacts } from '../contract/events.ts'
import type { Quality } from '../contract/quality.ts'
import { readBox } from '../media/fmp4.ts'
import { FormatError } from '../media/ogg.ts'
import { Splitter } from '../media/splitter.ts'
import { type VideoFormat, videoFormat } from '../media/video-format.ts'
import { type CardMaker, encodeCards } from './cards.ts'
import { exportFailed } from './failure.ts'
import { runFfmpeg } from './ffmpeg.ts'
import { type GapPiece, isMedia, type MediaPiece, type Piece, type TrackLine } from './timeline.ts'
import type { Work } from './tools.ts'

/** The size of a screen that never delivered a picture is unknown. */
const SIZE_UNKNOWN = { width: 1_280, height: 720 }
/**
 * A gap that is shorter is no card but the last picture a little longer: a flash would only
 * startle.
 */
const CARD_MIN_MS = 100
/** `moov` comes first and is small. */
const HEAD_BYTES = 65_536

/** How the pieces of a screen can be joined. */
export interface ScreenList {
  /** A file for ffmpeg's `concat` demuxer. */
  path: string
  /** When the first picture is due. */
  startMs: number
  /** All pieces have the same parameter sets; else each key frame needs its own. */
  uniform: boolean
}

/**
 * Makes the list and every file in it that is not there yet. Only segments of another size than the
 * largest are encoded anew.
 */
export async function composeScreen(
  line: TrackLine,
  how: { quality: Quality; timeZone: string },
  work: Work,
): Promise<ScreenList> {
  const [first, ...others] = withoutFlashes(line.pieces)
  const centredPieces = centred([first!, ...others], 500 / how.quality.framesPerSecond)
  // Before the first picture there is none to stand longer, and no piece may be shown earlier than
  // its sound: it begins later.
  const pieces = others.length > 0 && isFlash(first!) ? centredPieces.slice(1) : centredPieces
  const formats = new Map<SegmentFacts, VideoFormat>()
  for (const { media } of pieces.filter(isMedia)) formats.set(media, await formatOf(media, work))
  const size = largest([...formats.values()]) ?? SIZE_UNKNOWN
  const gaps = pieces.filter((piece): piece is GapPiece => !isMedia(piece))
  const cards = gaps.length > 0 ? await encodeCards(gaps, { ...how, size }, work) : undefined
  const list = ['ffconcat version 1.0']
  const configurations = new Set<string>()
  for (const [index, piece] of pieces.entries()) {
    work.signal.throwIfAborted()
    work.progress(index / pieces.length)
    const path = await fileOf(
      piece,
      { index, size, cards, quality: how.quality, format: formats },
      work,
    )
    configurations.add((await readFormat(path)).configuration)
    list.push(
      `file '${path.replaceAll("'", "'\\''")}'`,
      `duration ${seconds(piece.toMs - piece.fromMs)}`,
    )
    if (isMedia(piece) && piece.media.durationMs > piece.toMs - piece.fromMs)
      list.push(`outpoint ${seconds(piece.toMs - piece.fromMs)}`)
  }
  const path = join(work.folder, 'screen.ffconcat')
  await writeFile(path, `${list.join('\n')}\n`, { mode: 0o600 })
  return { path, startMs: pieces[0]!.fromMs, uniform: configurations.size === 1 }
}

const isFlash = (piece: Piece): boolean =>
  !isMedia(piece) && piece.toMs - piece.fromMs < CARD_MIN_MS

/** Gaps that are hardly one go to the piece before them. */
function withoutFlashes(pieces: readonly Piece[]): Piece[] {
  const kept: Piece[] = []
  for (const piece of pieces) {
    const last = kept.at(-1)
    if (last && isMedia(last) && isFlash(piece))
      kept[kept.length - 1] = { ...last, toMs: piece.toMs }
    else kept.push(piece)
  }
  return kept
}

/**
 * A picture shows what has changed since the one before it, so on average what is half a frame old:
 * shown that much earlier, no change is more than half a frame from its sound, instead of up to a
 * whole one behind it.
 */
function centred(pieces: readonly Piece[], halfMs: number): Piece[] {
  const moved = pieces.map((piece) => ({ ...piece }))
  for (const [index, piece] of moved.entries()) {
    const before = moved[index - 1]
    if (!isMedia(piece) || before === undefined) continue
    // Never all of what comes before it.
    piece.fromMs -= Math.min(halfMs, (before.toMs - before.fromMs) / 2)
    before.toMs = piece.fromMs
  }
  return moved
}

async function fileOf(
  piece: Piece,
  how: {
    index: number
    size: { width: number; height: number }
    cards: CardMaker | undefined
    quality: Quality
    format: Map<SegmentFacts, VideoFormat>
  },
  work: Work,
): Promise<string> {
  const own = join(work.folder, `screen-${how.index}.mp4`)
  if (!isMedia(piece)) {
    await how.cards!(piece, own)
    return own
  }
  const { width, height, timescale } = how.format.get(piece.media)!
  if (width === how.size.width && height === how.size.height && timescale === 90_000)
    return work.path(piece.media)
  await resize(piece, own, how, work)
  return own
}

async function resize(
  { media }: MediaPiece,
  path: string,
  {
    size: { width, height },
    quality,
  }: { size: { width: number; height: number }; quality: Quality },
  work: Work,
): Promise<void> {
  const args = await work.tools.screenArgs(['-i', work.path(media)], quality)
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease`
  args.splice(
    -1,
    1,
    '-an',
    '-vf',
    `${fit},pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=0`,
    path,
  )
  await runFfmpeg(work, args)
}

async function formatOf(media: SegmentFacts, work: Work): Promise<VideoFormat> {
  try {
    return await readFormat(work.path(media))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw exportFailed(`Segment ${media.number} of screen is damaged: ${error.message}.`, error)
  }
}

async function readFormat(path: string): Promise<VideoFormat> {
  const boxes = new Splitter(readBox)
  for await (const chunk of createReadStream(path, { end: HEAD_BYTES - 1 })) {
    for (const { type, bytes } of boxes.push(chunk as Buffer))
      if (type === 'moov') return videoFormat(bytes)
  }
  throw new FormatError('MP4 without moov')
}

function largest(formats: readonly VideoFormat[]): VideoFormat | undefined {
  return formats.reduce<VideoFormat | undefined>(
    (best, format) =>
      best && best.width * best.height >= format.width * format.height ? best : format,
    undefined,
  )
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(6)
