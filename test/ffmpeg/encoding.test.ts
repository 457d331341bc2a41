import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { resolveQuality } from '../../src/contract/quality.ts'
import { NO_PROBING, PICTURE_OUTPUTS, watchedScreenArgs } from '../../src/ffmpeg/encoding.ts'
import { createFfmpegLocator } from '../../src/ffmpeg/ffmpeg-locator.ts'
import { THUMBNAIL } from '../../src/ffmpeg/thumbnail.ts'
import { FragmentAssembler, readBox } from '../../src/media/fmp4.ts'
import { Splitter } from '../../src/media/splitter.ts'
import { staticFfmpeg } from '../support/static-ffmpeg.ts'
import { eventually, suite } from '../support/suite.ts'

const SIZE = { width: 640, height: 360 }
const THUMBNAIL_BYTES = THUMBNAIL.width * THUMBNAIL.height
const END_OF_JPEG = '\xff\xd9'

/** An ffmpeg that encodes a screen, and how much it has written so far. */
class ScreenEncoder {
  frames = 0
  thumbnails = Buffer.alloc(0)
  pictures = Buffer.alloc(0)
  readonly #child: ChildProcess
  readonly #output = new FragmentAssembler()

  private constructor(child: ChildProcess) {
    this.#child = child
    const [, stdout, , thumbnails, pictures] = child.stdio as unknown as Readable[]
    const splitter = new Splitter(readBox)
    stdout!.on('data', (bytes: Buffer) => {
      for (const box of splitter.push(bytes)) if (this.#output.push(box)) this.frames++
    })
    thumbnails!.on('data', (bytes: Buffer) => {
      this.thumbnails = Buffer.concat([this.thumbnails, bytes])
    })
    pictures!.on('data', (bytes: Buffer) => {
      this.pictures = Buffer.concat([this.pictures, bytes])
    })
  }

  /** Starts an ffmpeg that reads frames of which four take a second. */
  static async start(path: string | undefined): Promise<ScreenEncoder> {
    const locator = createFfmpegLocator({ ffmpegPath: path, env: process.env, inputs: [] })
    const ffmpeg = await locator.ffmpeg()
    const input = [
      ...['-f', 'rawvideo', '-pixel_format', 'bgr0', '-framerate', '4'],
      ...['-video_size', `${SIZE.width}x${SIZE.height}`, ...NO_PROBING, '-i', 'pipe:0'],
    ]
    const args = watchedScreenArgs(input, resolveQuality(), ffmpeg)
    const further = Array.from({ length: PICTURE_OUTPUTS }, () => 'pipe' as const)
    return new ScreenEncoder(
      spawn(ffmpeg.path, args, { stdio: ['pipe', 'pipe', 'ignore', ...further] }),
    )
  }

  write(grey: number): void {
    ;(this.#child.stdin as Writable).write(Buffer.alloc(SIZE.width * SIZE.height * 4, grey))
  }

  async end(): Promise<void> {
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await closed
  }
}

suite('the encoder of a screen', (test) => {
  for (const [name, path] of Object.entries({ system: undefined, 'old static': staticFfmpeg }))
    test.unless(
      name === 'system' || path !== undefined ? null : 'no package has a static ffmpeg for here',
      `the ${name} ffmpeg writes a frame as soon as the next is there, and a picture a second`,
      async () => {
        const encoder = await ScreenEncoder.start(path)
        try {
          for (let written = 1; written <= 16; written++) {
            encoder.write(15 * written)
            // ffmpeg may read a frame ahead when it starts.
            // ffmpeg writes a frame when it knows how long the frame is shown.
            await eventually(`${written} frames`, () => encoder.frames >= written - 1)
          }
          await eventually('all pictures', () => {
            const jpegs = encoder.pictures.toString('latin1').split(END_OF_JPEG).length - 1
            return encoder.thumbnails.length === 4 * THUMBNAIL_BYTES && jpegs === 4
          })
          const greys = [0, 1, 2, 3].map((index) => encoder.thumbnails[index * THUMBNAIL_BYTES]!)
          for (const [index, grey] of greys.entries())
            assert.ok(Math.abs(grey - 15 * (4 * index + 1)) <= 2, `${greys}`)
        } finally {
          await encoder.end()
        }
      },
    )
})
