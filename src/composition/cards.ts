/**
 * Cards as little videos, encoded like a recorded screen, so that they can be joined with it as
 * they are.
 */
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Quality } from '../contract/quality.ts'
import { type Fragment, FragmentAssembler, moveFragment, readBox } from '../media/fmp4.ts'
import { Splitter } from '../media/splitter.ts'
import { drawCard, type Size, wallClock } from './card.ts'
import { exportFailed } from './failure.ts'
import { runFfmpeg } from './ffmpeg.ts'
import type { GapPiece } from './timeline.ts'
import type { Work } from './tools.ts'

/** How long a frame of a card stands. */
const FRAME_MS = 1_000
/**
 * Of each card two key frames, each with frames that change nothing: two key frames that follow
 * each other must differ (14496-10, 7.4.3).
 */
const FRAMES = 10
const KEY_EVERY = FRAMES / 2
const WRITE_FRAGMENTS = 256

/** Makes the video file of a gap, exactly as long as the gap. */
export type CardMaker = (gap: GapPiece, path: string) => Promise<void>

/** Encodes the cards of all these gaps in one go, each once however long its gap is. */
export async function encodeCards(
  gaps: readonly GapPiece[],
  how: { size: Size; quality: Quality; timeZone: string },
  work: Work,
): Promise<CardMaker> {
  const { size, quality } = how
  const boxes = new Splitter(readBox)
  const assembler = new FragmentAssembler()
  const fragments: Fragment[] = []
  const raw = [
    '-f',
    'rawvideo',
    '-pixel_format',
    'bgr0',
    '-video_size',
    `${size.width}x${size.height}`,
  ]
  const args = await work.tools.screenArgs(
    [...raw, '-framerate', String(quality.framesPerSecond), '-i', 'pipe:0'],
    quality,
  )
  // The encoder must not know that it is a slide show, or its parameter sets would differ; the
  // times are set afterwards.
  args.splice(-1, 0, '-force_key_frames', `expr:not(mod(n,${KEY_EVERY}))`)
  function* pictures(): Generator<Buffer> {
    for (const { gap, sinceMs } of gaps) {
      const picture = drawCard(size, gap, wallClock(sinceMs, how.timeZone))
      for (let frame = 0; frame < FRAMES; frame++) yield picture
    }
  }
  await runFfmpeg(work, args, {
    input: Readable.from(pictures(), { objectMode: true, highWaterMark: 1 }),
    onStdout(chunk) {
      for (const box of boxes.push(chunk)) {
        const fragment = assembler.take(box)
        if (fragment) fragments.push(fragment)
      }
    },
  })
  if (fragments.length !== FRAMES * gaps.length || assembler.timescale === undefined)
    throw exportFailed('The cards for the gaps could not be encoded.')
  const timescale = assembler.timescale
  return async (gap, path) => {
    const at = gaps.indexOf(gap) * FRAMES
    await writeCard(path, assembler.init, fragments.slice(at, at + FRAMES), {
      frame: (FRAME_MS * timescale) / 1_000,
      last: Math.round(timescale / quality.framesPerSecond),
      total: Math.round(((gap.toMs - gap.fromMs) * timescale) / 1_000),
    })
  }
}

async function writeCard(
  path: string,
  init: Buffer,
  fragments: readonly Fragment[],
  ticks: { frame: number; last: number; total: number },
): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    let waiting = [init]
    let end = 0
    for (let at = 0; end < ticks.total; at++) {
      const { moof, mdat } = fragments[at % fragments.length]!
      const moved = Buffer.from(moof)
      const start = end
      const rest = ticks.total - start
      // ffmpeg 5 takes the last frame of a file for as long as any other: it is made so.
      end = rest <= ticks.last ? ticks.total : start + Math.min(ticks.frame, rest - ticks.last)
      moveFragment(moved, { start, duration: end - start })
      waiting.push(moved, mdat)
      if (waiting.length < WRITE_FRAGMENTS) continue
      await handle.writeFile(Buffer.concat(waiting))
      waiting = []
    }
    await handle.writeFile(Buffer.concat(waiting))
  } finally {
    await handle.close()
  }
}
