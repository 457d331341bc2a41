import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Daemon } from '../lab/daemon.ts'
import type { Pace } from './pace.ts'
import { median } from './statistics.ts'
import { alone, type Row } from './table.ts'

/** Long enough to be played from its middle. */
const RECORDED_MS = 8_000
/** Where playing begins: not at the first frame, which every player has at hand. */
const FROM_MS = 4_000
/** Playing that has not begun by then does not begin. */
const LIMIT_MS = 10_000

/**
 * Measures the start of playing: from the click until sound and screen go on. `openPage` opens the
 * page in a new profile, signed in.
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

/** Runs in the page: clicks when a picture is shown, and times until sound and screen go on. */
const TIME_PLAYING = `(async () => {
  const media = [...document.querySelectorAll('audio, video')]
  const hasPicture = (one) => one.localName === 'video' && one.readyState >= 2
  const shownAt = performance.now()
  while (!media.some(hasPicture) && performance.now() - shownAt < ${LIMIT_MS})
    await new Promise((resolve) => setTimeout(resolve, 10))
  const places = media.map((element) => element.currentTime)
  const clicked = performance.now()
  document.querySelector('.control-play').click()
  const plays = (name) =>
    media.some((one, index) => one.localName === name && one.currentTime > places[index])
  while (!plays('video') || !plays('audio')) {
    if (performance.now() - clicked > ${LIMIT_MS}) return Infinity
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return performance.now() - clicked
})()`
