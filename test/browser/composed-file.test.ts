import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { build } from '../../src/composition/building/build.ts'
import { planComposition } from '../../src/composition/plan/composition-plan.ts'
import type { CompositionRequest } from '../../src/composition/port.ts'
import type { SegmentDescription } from '../../src/contract/events.ts'
import { parseRange } from '../../src/http/answers/byte-range.ts'
import { contextIn, readSealedFile } from '../composition/support/context.ts'
import { QUALITY, recordScreen, recordTone } from '../composition/support/recorded-media.ts'
import { recordingOf, segmentOf } from '../composition/support/recordings.ts'
import { suite } from '../support/suite.ts'
import { noBrowser, startBrowser } from './support/browser.ts'

const DURATION_MS = 9_000
const EXPORT: CompositionRequest = { kind: 'export', gaps: 'fill', audio: 'mix' }

/** A place in a film: its colours at some points, and whether it shows and plays at all. */
interface Shown {
  at: number
  size: [number, number]
  colours: number
}

suite('a composed file in a browser', (test) => {
  let folder: string
  let browser: Browser
  let server: Server
  let file: Buffer = Buffer.alloc(0)

  test.before(async () => {
    if (noBrowser !== null) return
    folder = await mkdtemp(join(tmpdir(), 'f2f-composed-'))
    browser = await startBrowser(['--autoplay-policy=no-user-gesture-required'])
    server = createServer((request, response) => {
      if (request.url === '/') {
        response.setHeader('Content-Type', 'text/html')
        response.end('<video src="/film.mp4" preload="auto"></video>')
        return
      }
      const range = parseRange(request.headers.range, file.length)
      const { first, last } =
        range && range !== 'unsatisfiable' ? range : { first: 0, last: file.length - 1 }
      response.writeHead(206, {
        'Content-Type': 'video/mp4',
        'Accept-Ranges': 'bytes',
        'Content-Range': `bytes ${first}-${last}/${file.length}`,
      })
      response.end(file.subarray(first, last + 1))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
  })
  test.after(async () => {
    if (noBrowser !== null) return
    await browser.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  })

  async function compose(segments: SegmentDescription[], request: CompositionRequest) {
    const work = await mkdtemp(join(folder, 'work-'))
    const plan = planComposition(recordingOf(segments, DURATION_MS), segments, request, '1.2.3')
    const path = join(work, 'composed.age')
    const context = { ...contextIn(folder), folder: work }
    await build(plan, path, { quality: QUALITY, version: '1.2.3' }, context)
    file = await readSealedFile(path)
  }

  /** Jumps to some places of the film, and plays a moment at the last. */
  async function watch(places: readonly number[]) {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const film = page.locator('video')
    const shown: Shown[] = []
    for (const place of places) shown.push(await film.evaluate(showPlace, place))
    const { duration, error } = await film.evaluate(play)
    await page.close()
    return { shown, duration, error }
  }

  // Such as another version of the encoder uses: frames are not decoded with other parameter sets.
  const other = ['-coder', '1', '-refs', '4']
  for (const [what, size, audio, encoderArgs] of [
    ['of one size', '320x180', 'mix', []],
    ['of two sizes', '160x120', 'mix', []],
    ['of two encoders', '320x180', 'mix', other],
    ['with the voices apart', '320x180', 'split', []],
  ] as const) {
    test.unless(noBrowser, `${what} plays, and shows each place to which it jumps`, async () => {
      await compose(
        [
          await recordTone(folder, segmentOf('mic', 1, 0, 9_000)),
          await recordTone(folder, segmentOf('speaker', 1, 0, 9_000)),
          await recordScreen(folder, segmentOf('screen', 1, 0, 3_000), '320x180'),
          await recordScreen(folder, segmentOf('screen', 2, 5_000, 9_000), size, encoderArgs),
        ],
        { ...EXPORT, audio },
      )
      const { shown, duration, error } = await watch([8, 4, 1.5, 6])
      assert.equal(error, null)
      assert.ok(Math.abs(duration - DURATION_MS / 1_000) < 0.03, `${duration}`)
      assert.deepEqual(
        shown.map(({ at, size: shownSize }) => ({ at, size: shownSize })),
        [8, 4, 1.5, 6].map((at) => ({ at, size: [320, 180] })),
      )
      const [, card, ...pictures] = shown
      assert.ok(card!.colours < 25, `a card at 4 s: ${card!.colours} colours`)
      for (const { at, colours } of pictures)
        assert.ok(colours > 30, `a picture at ${at} s: ${colours} colours`)
    })
  }
})

/** Runs in the page: jumps to a place, and tells what is shown there. */
async function showPlace(element: Element, place: number): Promise<Shown> {
  const video = element as HTMLVideoElement
  await new Promise((resolve, reject) => {
    video.addEventListener('seeked', resolve, { once: true })
    video.addEventListener('error', () => reject(new Error(video.error?.message)))
    video.currentTime = place
  })
  const canvas = new OffscreenCanvas(64, 36)
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  context.drawImage(video, 0, 0, 64, 36)
  const { data } = context.getImageData(0, 0, 64, 36)
  const colours = new Set<string>()
  for (let pixel = 0; pixel < data.length; pixel += 4)
    colours.add(`${data[pixel]! >> 5},${data[pixel + 1]! >> 5},${data[pixel + 2]! >> 5}`)
  const { currentTime: at, videoWidth, videoHeight } = video
  return { at, size: [videoWidth, videoHeight], colours: colours.size }
}

/** Runs in the page: plays a moment. */
async function play(element: Element): Promise<{ duration: number; error: string | null }> {
  const video = element as HTMLVideoElement
  const from = video.currentTime
  await video.play()
  await new Promise<void>((resolve) => {
    video.addEventListener('timeupdate', () => {
      if (video.currentTime > from + 0.3) resolve()
    })
  })
  return { duration: video.duration, error: video.error?.message ?? null }
}
