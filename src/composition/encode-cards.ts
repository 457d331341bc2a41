/**
 * Encodes cards as short videos, in the format of a recorded screen, so that both can be joined.
 */
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Quality } from '../contract/quality.ts'
import { type Fragment, FragmentAssembler, moveFragment, readBox } from '../media/fmp4.ts'
import { Splitter } from '../media/splitter.ts'
import type { BuildContext } from './build-context.ts'
import { drawCard, formatWallClock, type Size } from './draw-card.ts'
import { exportError } from './export-error.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import type { GapItem } from './timeline.ts'

/** How long each frame of a card is shown. */
const FRAME_MS = 1_000
/**
 * Each card has two key frames, each followed by frames without a change: two key frames in a row
 * must differ (14496-10, 7.4.3).
 */
const FRAMES = 10
const KEY_EVERY = FRAMES / 2
const BUFFERED_MAX = 256

/** Writes the video file of a gap, exactly as long as the gap. */
export type CardWriter = (gap: GapItem, path: string) => Promise<void>

/** Encodes the cards of all gaps in one run of ffmpeg, each once, whatever the gap's length. */
export async function encodeCards(
  gaps: readonly GapItem[],
  how: { size: Size; quality: Quality; timeZone: string },
  context: BuildContext,
): Promise<CardWriter> {
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
  const args = await context.tools.screenArgs(
    [...raw, '-framerate', String(quality.framesPerSecond), '-i', 'pipe:0'],
    quality,
  )
  // Cards are encoded at the frame rate of the screen, or their parameter sets would differ. The
  // final times are set afterwards.
  args.splice(-1, 0, '-force_key_frames', `expr:not(mod(n,${KEY_EVERY}))`)
  function* pictures(): Generator<Buffer> {
    for (const { gap, sinceMs } of gaps) {
      const picture = drawCard(size, gap, formatWallClock(sinceMs, how.timeZone))
      for (let frame = 0; frame < FRAMES; frame++) yield picture
    }
  }
  await runFfmpeg(context, args, {
    input: Readable.from(pictures(), { objectMode: true, highWaterMark: 1 }),
    onStdout(chunk) {
      for (const box of boxes.push(chunk)) {
        const fragment = assembler.push(box)
        if (fragment) fragments.push(fragment)
      }
    },
  })
  if (fragments.length !== FRAMES * gaps.length || assembler.timescale === undefined)
    throw exportError('The cards for the gaps could not be encoded.')
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
    let buffered = [init]
    let end = 0
    for (let at = 0; end < ticks.total; at++) {
      const { moof, mdat } = fragments[at % fragments.length]!
      const moved = Buffer.from(moof)
      const start = end
      const rest = ticks.total - start
      // ffmpeg 5 assumes that the last frame of a file lasts as long as any other, so it does.
      end = rest <= ticks.last ? ticks.total : start + Math.min(ticks.frame, rest - ticks.last)
      moveFragment(moved, { start, duration: end - start })
      buffered.push(moved, mdat)
      if (buffered.length < BUFFERED_MAX) continue
      await handle.writeFile(Buffer.concat(buffered))
      buffered = []
    }
    await handle.writeFile(Buffer.concat(buffered))
  } finally {
    await handle.close()
  }
}
