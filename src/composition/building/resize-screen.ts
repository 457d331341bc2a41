import type { SegmentDescription } from '../../contract/events.ts'
import type { Quality } from '../../contract/quality.ts'
import type { BuildContext } from './build-context.ts'
import { runFfmpeg } from './run-ffmpeg.ts'
import { SealedOutput } from './sealed-output.ts'

/** Encodes a segment of the screen in another size, with margins, as a sealed working file. */
export async function resizeScreen(
  segment: SegmentDescription,
  path: string,
  how: { size: { width: number; height: number }; quality: Quality },
  context: BuildContext,
): Promise<void> {
  const { width, height } = how.size
  const args = await context.tools.screenArgs(['-f', 'mp4', '-i', 'pipe:0'], how.quality)
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease`
  const margins = `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`
  args.splice(-1, 0, '-an', '-vf', `${fit},${margins},setsar=0`)
  const media = await context.open(segment)
  const output = await SealedOutput.create(path, context.identity).catch(async (error) => {
    await media.close()
    throw error
  })
  try {
    await runFfmpeg(context, args, {
      input: media.stream(),
      onOutput: (piece) => output.write(piece),
    })
    await output.finish()
  } finally {
    await Promise.all([media.close(), output.close()])
  }
}
