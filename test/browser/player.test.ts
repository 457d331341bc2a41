import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { noBrowser, type RecorderPage } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'
import {
  openAt,
  type PlayedRecording,
  places,
  recordConversation,
  untilPosition,
} from './support/player.ts'
import { replaceScreen } from './support/replaced-screen.ts'

const LIMIT_MS = 15_000
/** Nobody notices this between lips and voice. */
const IN_SYNC_MS = 80
/** Alone it takes below 300; here other tests use the same two processors. */
const START_LIMIT_MS = 1_000

const playButton = (page: Page) => page.locator('.control-play')
const card = (page: Page) => page.locator('[data-card]')

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

suite('playing on the page', (test) => {
  // What is played comes from the ffmpeg that people have.
  const stage = PageStage.for(test, { env: { F2F_LAB_SYNTHETIC_FFMPEG: '' } })
  let recorded: PlayedRecording
  let opened: RecorderPage
  let page: Page

  test.before(async () => {
    if (noBrowser !== null) return
    recorded = await recordConversation(stage.daemon)
  })
  test.beforeEach(async () => {
    if (noBrowser !== null) return
    opened = await stage.open({
      fragment: `#/recordings/${recorded.id}?at=1000`,
    })
    page = opened.page
    page.setDefaultTimeout(LIMIT_MS)
    await openAt(page, recorded.id, 1_000)
  })
  test.afterEach(async () => {
    await opened?.context.close()
  })

  test.unless(noBrowser, 'picture and both sounds play from a click, and soon', async () => {
    const startMs = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const clicked = performance.now()
          const begins = [...document.querySelectorAll<HTMLMediaElement>('audio, video')].map(
            (element) => ({ element, at: element.currentTime }),
          )
          document.querySelector<HTMLElement>('.control-play')?.click()
          const timer = setInterval(() => {
            if (begins.filter(({ element, at }) => element.currentTime > at).length < 3) return
            clearInterval(timer)
            resolve(performance.now() - clicked)
          }, 2)
        }),
    )
    assertWithin(startMs, START_LIMIT_MS, 'from the click until all play')
    opened.assertClean()
  })

  test.unless(noBrowser, 'microphone, speaker and screen stay in sync with the clock', async () => {
    await openAt(page, recorded.id, recorded.screenResumedMs + 200)
    await playButton(page).click()
    await untilPosition(page, recorded.screenResumedMs + 1_500)
    const leads: Record<string, number[]> = { mic: [], speaker: [], screen: [] }
    for (let sample = 0; sample < 15; sample++) {
      const { clock, media } = await places(page)
      for (const [medium, ms] of Object.entries(media)) leads[medium]?.push(ms - clock)
      await untilPosition(page, clock + 100)
    }
    for (const [medium, values] of Object.entries(leads)) {
      assert.ok(values.length > 10, `${medium} plays`)
      assert.ok(Math.abs(middle(values)) <= IN_SYNC_MS, `${medium} is off by ${middle(values)} ms`)
    }
    opened.assertClean()
  })

  test.unless(noBrowser, 'a pause shows its card and is silent, and then it goes on', async () => {
    const { fromMs } = recorded.pause
    await openAt(page, recorded.id, fromMs - 700)
    assert.equal(await card(page).count(), 0)
    await playButton(page).click()
    await page.locator('[data-card="paused"]').waitFor()
    await untilPosition(page, fromMs + 500)
    assert.deepEqual((await places(page)).media, {})
    await untilPosition(page, recorded.screenResumedMs + 500)
    assert.equal(await card(page).count(), 0)
    // A busy machine reads the segments behind the pause late.
    await eventually('all media play again', async () => {
      const { media } = await places(page)
      return Object.keys(media).sort().join() === 'mic,screen,speaker'
    })
    opened.assertClean()
  })

  test.unless(noBrowser, 'a jump reads the screen from its key frame on, and goes on', async () => {
    const { keyFrames, reads } = await replaceScreen(page, join(stage.daemon.home, 'replaced.mp4'))
    await page.reload()
    await openAt(page, recorded.id, recorded.screenResumedMs + 2_500)
    await playButton(page).click()
    await untilPosition(page, recorded.screenResumedMs + 4_200)
    const [first, ...groups] = [...reads]
    const offsets = keyFrames.map(([, offset]) => offset)
    assert.equal(first, `0-${(offsets[0] ?? 0) - 1}`)
    const expected = [2, 3, 4].map((at) => `${offsets[at]}-${(offsets[at + 1] ?? 0) - 1}`)
    assert.deepEqual(groups.slice(0, 3), expected)
    const { clock, media } = await places(page)
    assert.ok(Math.abs((media.screen ?? 0) - clock) < 1_000, `${media.screen} at ${clock}`)
    opened.assertClean()
  })

  test.unless(noBrowser, 'pauses can be skipped', async () => {
    const { fromMs, toMs } = recorded.pause
    await page.getByLabel('Skip pauses').check()
    await openAt(page, recorded.id, fromMs - 500)
    const began = Date.now()
    await playButton(page).click()
    await untilPosition(page, toMs + 100)
    assert.ok(Date.now() - began < toMs - fromMs, 'the pause was played')
    opened.assertClean()
  })

  test.unless(noBrowser, 'the time line, the keys and the events lead to moments', async () => {
    const slider = page.getByRole('slider', { name: 'Time line' })
    const { width, height } = (await slider.boundingBox()) ?? { width: 0, height: 0 }
    await slider.click({ position: { x: width / 2, y: height / 2 } })
    const { clock } = await places(page)
    assert.ok(Math.abs(clock - recorded.durationMs / 2) < 100, `half is at ${clock}`)
    await page.keyboard.press('ArrowLeft')
    assert.ok(Math.abs((await places(page)).clock - (clock - 5_000)) < 1)
    await page.keyboard.press('Home')
    assert.equal((await places(page)).clock, 0)
    await page.getByRole('button', { name: /Price named/ }).click()
    const marked = (await places(page)).clock
    assert.ok(marked > 2_500 && marked < recorded.pause.fromMs, `the marker is at ${marked}`)
    await page.keyboard.press('Shift+ArrowRight')
    assert.ok((await places(page)).clock > marked, 'the next event is later')
    await page.getByRole('button', { name: /Refused: resume/ }).waitFor()
    opened.assertClean()
  })

  test.unless(noBrowser, 'a picture at a time, and faster or slower', async () => {
    await page.keyboard.press('.')
    const { clock } = await places(page)
    assert.ok(clock > 1_000 && clock <= 1_000 + 2_000 / 15, `one picture on is ${clock}`)
    await page.keyboard.press(',')
    assert.ok((await places(page)).clock < clock, 'one picture back')
    await page.getByLabel('Speed').selectOption('2')
    await playButton(page).click()
    await untilPosition(page, 1_500)
    // On a busy machine a sound follows the picture a moment later.
    await page.waitForFunction(() => {
      const playing = [...document.querySelectorAll('audio')].filter(({ paused }) => !paused)
      return playing.length === 2 && playing.every((one) => Math.round(one.playbackRate) === 2)
    })
    opened.assertClean()
  })

  test.unless(noBrowser, 'a track can be muted, or heard alone', async () => {
    const heard = () =>
      page
        .locator('audio')
        .evaluateAll((all) => [
          ...new Set(
            all.flatMap((one) => ((one as HTMLMediaElement).muted ? [] : [one.dataset.medium])),
          ),
        ])
    assert.deepEqual(await heard(), ['mic', 'speaker'])
    await page.getByRole('button', { name: 'Mute: Microphone' }).click()
    assert.deepEqual(await heard(), ['speaker'])
    await page.getByRole('button', { name: 'Mute: Microphone' }).click()
    await page.getByRole('button', { name: 'Solo: Microphone' }).click()
    assert.deepEqual(await heard(), ['mic'])
    opened.assertClean()
  })

  test.unless(noBrowser, 'a recording in progress plays what is complete', async () => {
    const { body } = await stage.daemon.api('POST', '/recordings', { media: ['mic'] })
    await stage.daemon.api('POST', `/recordings/${body.id}/pause`, {})
    await stage.daemon.api('POST', `/recordings/${body.id}/resume`, {})
    try {
      await page.goto(`${stage.daemon.url}/#/recordings/${body.id}`)
      await page.locator('.state-Active').waitFor()
      await page.getByRole('slider', { name: 'Time line' }).press('End')
      await page.locator('[data-card="open"]').waitFor()
    } finally {
      await stage.daemon.api('POST', `/recordings/${body.id}/stop`, {})
      await stage.daemon.api('POST', `/recordings/${body.id}/close`, {})
    }
    // The new segment appears by itself, and nothing is open any more.
    await page.locator('.state-Closed').waitFor()
    await page.locator('[data-card="open"]').waitFor({ state: 'detached' })
    opened.assertClean()
  })

  test.unless(noBrowser, 'the files of the player are asked for once', async () => {
    const files = () =>
      page.locator('link[rel=modulepreload]').evaluateAll((all) => all.map((one) => one.outerHTML))
    const first = await files()
    assert.ok(first.length > 0)
    for (const place of ['', `recordings/${recorded.id}`]) {
      await page.evaluate((to) => {
        location.hash = `#/${to}`
      }, place)
      await playButton(page).waitFor({ state: place === '' ? 'detached' : 'visible' })
    }
    assert.deepEqual(await files(), first)
    opened.assertClean()
  })

  test.unless(noBrowser, 'an export is made and saved', async () => {
    await page.getByText('Export', { exact: true }).click()
    await page.getByLabel('Leave out').check()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as MP4' }).click()
    assert.match((await download).suggestedFilename(), /\.mp4$/)
    opened.assertClean()
  })
})
