import { execFileSync } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { readSegmentIndex } from '../../../src/composition/segments/read-segment-index.ts'

const MOVING = 'testsrc2=size=640x360:rate=15:duration=6'
const ENCODED = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency']
const FRAGMENTED = ['-movflags', '+frag_every_frame+empty_moov+default_base_moof+skip_trailer']

/** A screen with a key frame a second, which takes the place of every segment of the screen. */
export interface ReplacedScreen {
  keyFrames: [ms: number, offset: number][]
  /** The ranges that the page reads of segment 2, as they are asked for. */
  reads: string[]
}

/** Replaces a page's segments of the screen. The real ones have a key frame in ten seconds. */
export async function replaceScreen(page: Page, path: string): Promise<ReplacedScreen> {
  const input = ['-v', 'error', '-y', '-f', 'lavfi', '-i', MOVING, '-pix_fmt', 'yuv420p']
  execFileSync('ffmpeg', [...input, ...ENCODED, '-g', '15', ...FRAGMENTED, '-f', 'mp4', path])
  const bytes = await readFile(path)
  const file = await open(path)
  const index = await readSegmentIndex(file, bytes.length, new AbortController().signal)
  await file.close()
  const reads: string[] = []
  await page.route(/\/segments\/screen\/\d+\/index$/, (route) => route.fulfill({ json: index }))
  await page.route(/\/segments\/screen\/\d+$/, async (route) => {
    const { range = '' } = route.request().headers()
    if (route.request().url().endsWith('/2')) reads.push(range.replace('bytes=', ''))
    const [first = 0, last = 0] = range.replace('bytes=', '').split('-').map(Number)
    await route.fulfill({ status: 206, body: bytes.subarray(first, last + 1) })
  })
  return { keyFrames: index.keyFrames, reads }
}
