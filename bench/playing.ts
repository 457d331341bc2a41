import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Daemon } from '../lab/daemon.ts'
import type { Pace } from './pace.ts'
import { median } from './statistics.ts'
import { alone, type Row } from './table.ts'

/** Long enough to be played from its middle. */
const RECORDED_MS = 6_000
/** Where playing begins: not at the first frame, which every player has at hand. */
const FROM_MS = 2_000

/**
 * Measures the start of playing: from the click until both sounds and the screen go on. `openPage` opens the page in a new profile, signed in.
 */
export async function playing(
  openPage: () => Promise<Page>,
  daemon: Daemon,
  { starts }: Pace,
): Promise<Row[]> {
  const id = await record(daemon)
  const delays: number[] = []
  for (let round = 0; round < starts; round++) {
    const page = await openPage()
    await page.goto(`${daemon.url}/#/recordings/${id}?at=${FROM_MS}`)
    await page.locator('.control-play').waitFor()
    await page.locator('video').waitFor({ state: 'attached' })
    delays.push(await page.evaluate<number>(TIME_PLAYING))
    await page.context().close()
  }
  return [
    alone('page: picture and sounds play after the click', 'ms', median(delays), {
      of: 'ours',
      atMost: 300,
    }),
  ]
}

async function record(daemon: Daemon): Promise<string> {
  const { body } = await daemon.api('POST', '/recordings', { media: ['audio', 'screen'] })
  await wait(RECORDED_MS)
  await daemon.api('POST', '/recordings/current/stop', {})
  await daemon.api('POST', '/recordings/current/close', {})
  return body.id
}

/** Runs in the page: clicks when the player shows a picture, and times until all media go on. */
const TIME_PLAYING = `(async () => {
  const media = [...document.querySelectorAll('audio, video')]
  const hasPicture = (one) => one.localName === 'video' && one.readyState >= 2
  while (!media.some(hasPicture))
    await new Promise((resolve) => setTimeout(resolve, 10))
  const places = media.map((element) => element.currentTime)
  const clicked = performance.now()
  document.querySelector('.control-play').click()
  while (!media.every((element, index) => element.currentTime > places[index]))
    await new Promise((resolve) => setTimeout(resolve, 2))
  return performance.now() - clicked
})()`
