/**
 * Encodes cards as short videos, in the format of a recorded screen, so that both can be joined.
 */
import type { Quality } from '../../contract/quality.ts'
import { type Fragment, FragmentAssembler, readBox } from '../../media/fmp4.ts'
import { isKeyFrame } from '../../media/key-frame.ts'
import { Splitter } from '../../media/splitter.ts'
import { type VideoFormat, videoFormat } from '../../media/video-format.ts'
import { exportError } from '../export-error.ts'
import type { GapItem } from '../plan/timeline.ts'
import { type Frame, type FrameSource, SCREEN_TICKS_A_MS } from '../segments/read-frames.ts'
import type { BuildContext } from './build-context.ts'
import { drawCard, formatWallClock, type Size } from './draw-card.ts'
import { runFfmpeg } from './run-ffmpeg.ts'

/** How long each frame of a card is shown. */
const FRAME_MS = 1_000
/**
 * Each card has two key frames, each followed by frames without a change: two key frames in a row
 * must differ (14496-10, 7.4.3).
 */
const FRAMES = 10
const KEY_EVERY = FRAMES / 2
const MDAT_HEADER_BYTES = 8

/** Returns the video of a gap. */
export type Cards = (gap: GapItem) => FrameSource

/**
 * Encodes the cards of all gaps in one run of ffmpeg, each once, whatever the gap's length. They
 * stay in memory.
 */
export async function encodeCards(
  gaps: readonly GapItem[],
  how: { size: Size; quality: Quality; timeZone: string },
  context: BuildContext,
): Promise<Cards> {
  const { size, quality } = how
  const boxes = new Splitter(readBox)
  const assembler = new FragmentAssembler()
  const fragments: Fragment[] = []
  let format: VideoFormat | undefined
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
    input: pictures(),
    onOutput(piece) {
      for (const box of boxes.push(piece)) {
        if (box.type === 'moov') format = videoFormat(Buffer.from(box.bytes))
        const fragment = assembler.push(box)
        if (fragment) fragments.push(fragment)
      }
    },
  })
  if (fragments.length !== FRAMES * gaps.length || format === undefined)
    throw exportError('The cards for the gaps could not be encoded.')
  const found = format
  return (gap) => {
    const at = gaps.indexOf(gap) * FRAMES
    const own = fragments.slice(at, at + FRAMES)
    return { format: found, frames: () => cardFrames(own, gap.toMs - gap.fromMs) }
  }
}

/** Repeats the frames of a card for as long as its gap. */
async function* cardFrames(
  fragments: readonly Fragment[],
  durationMs: number,
): AsyncGenerator<Frame> {
  for (let at = 0; at * FRAME_MS < durationMs; at++) {
    const { moof, mdat } = fragments[at % fragments.length]!
    const data = mdat.subarray(MDAT_HEADER_BYTES)
    const start = at * FRAME_MS * SCREEN_TICKS_A_MS
    yield { start, isKeyFrame: isKeyFrame(moof), bytes: data.length, read: () => data }
  }
}
