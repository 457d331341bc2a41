import { execFileSync } from 'node:child_process'
import { resolveQuality } from '../../src/contract/quality.ts'
import { screenArgs } from '../../src/ffmpeg/encoding.ts'

/** Fragmented MP4 of a test picture, as the recorder has it made. */
export function testPicture(frames: number): Buffer {
  const args = screenArgs(
    ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15'],
    resolveQuality(),
    {
      path: 'ffmpeg',
      version: null,
      libavcodec: null,
    },
  )
  return execFileSync('ffmpeg', [...args.slice(0, -1), '-frames:v', String(frames), args.at(-1)!], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}
