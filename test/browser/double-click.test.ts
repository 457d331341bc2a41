import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { suite } from '../support/suite.ts'
import { noBrowser, type RecorderPage } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'
import { button, endRecording, untilAllRecord, untilStatus } from './support/record-view.ts'

suite('a button that is pressed twice', (test) => {
  const stage = PageStage.for(test)
  let opened: RecorderPage
  let page: Page

  test.before(async () => {
    if (noBrowser !== null) return
    opened = await stage.open()
    page = opened.page
  })
  test.beforeEach(async () => {
    if (noBrowser !== null) return
    await endRecording(stage.daemon, page)
    await button(page, 'Start recording').click()
    await untilAllRecord(page)
  })

  /** Waits until no button is busy: a busy one is not pressed. */
  const untilAnswered = () =>
    page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)

  /** The second click of a double click comes when the first one has had its effect. */
  async function doubleClick(target: Locator, untilDone: () => Promise<void>): Promise<void> {
    await target.scrollIntoViewIfNeeded()
    const box = await target.boundingBox()
    assert.ok(box !== null)
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await page.mouse.click(x, y)
    await untilDone()
    await untilAnswered()
    await page.mouse.down({ clickCount: 2 })
    await page.mouse.up({ clickCount: 2 })
  }

  /** Returns the commands that the page has sent since it started the recording. */
  async function commands(): Promise<string[]> {
    // A press shows with the next frame that it is under way.
    await page.evaluate(() => new Promise(requestAnimationFrame))
    await untilAnswered()
    const { items } = (await stage.daemon.api('GET', '/recordings/current/events')).body
    type Item = { type: string; data: { command: string } }
    const accepted = (items as Item[]).filter(({ type }) => type === 'command.accepted')
    return accepted.slice(1).map(({ data }) => data.command)
  }

  test.unless(noBrowser, 'pauses once: a double click does not resume', async () => {
    await doubleClick(button(page, 'Pause'), () => untilStatus(page, 'paused'))
    assert.deepEqual(await commands(), ['track.pause'])
    await button(page, 'Resume').click()
    await untilStatus(page, 'recording')
  })

  test.unless(noBrowser, 'pauses one medium once', async () => {
    const resume = button(page, 'Resume Microphone')
    await doubleClick(button(page, 'Pause Microphone'), () => resume.waitFor())
    assert.deepEqual(await commands(), ['track.pause'])
  })

  test.unless(noBrowser, 'stops, and does not end the wrap-up as well', async () => {
    await doubleClick(button(page, 'Stop'), () => untilStatus(page, 'wrapUp'))
    assert.deepEqual(await commands(), ['track.stop'])
  })

  test.unless(noBrowser, 'pauses once while Enter is held down', async () => {
    await button(page, 'Pause').focus()
    await page.keyboard.down('Enter')
    await untilStatus(page, 'paused')
    await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    assert.deepEqual(await commands(), ['track.pause'])
  })

  /** Presses a key twice, the second time when the first one has had its effect. */
  async function pressTwice(key: string, msBetween: number, untilDone: () => Promise<void>) {
    await page.evaluate(`{
      globalThis.testTime ??= 1_000_000
      Object.defineProperty(Event.prototype, 'timeStamp', { get: () => testTime, configurable: true })
    }`)
    await page.evaluate('testTime += 10_000')
    await page.keyboard.press(key)
    await untilDone()
    await untilAnswered()
    await page.evaluate(`testTime += ${msBetween}`)
    await page.keyboard.press(key)
  }

  test.unless(noBrowser, 'pauses once when its key is pressed twice at once', async () => {
    await page.locator('body').focus()
    await pressTwice('p', 250, () => untilStatus(page, 'paused'))
    assert.deepEqual(await commands(), ['track.pause'])
  })

  test.unless(noBrowser, 'resumes when its key is pressed again after a while', async () => {
    await pressTwice('p', 1_000, () => untilStatus(page, 'paused'))
    await untilStatus(page, 'recording')
    assert.deepEqual(await commands(), ['track.pause', 'track.resume'])
  })

  for (const key of ['Enter', 'Space']) {
    test.unless(noBrowser, `pauses once when ${key} is pressed twice at once`, async () => {
      await button(page, 'Pause').focus()
      await pressTwice(key, 250, () => untilStatus(page, 'paused'))
      assert.deepEqual(await commands(), ['track.pause'])
    })
  }

  test.unless(
    noBrowser,
    'stops, and closes nothing, when Space is pressed twice at once',
    async () => {
      await button(page, 'Stop').focus()
      await pressTwice('Space', 250, () => untilStatus(page, 'wrapUp'))
      assert.deepEqual(await commands(), ['track.stop'])
    },
  )

  test.unless(noBrowser, 'pauses also right after a resume by the same key', async () => {
    await button(page, 'Pause').click()
    await untilStatus(page, 'paused')
    await button(page, 'Resume').focus()
    await pressTwice('Enter', 250, () => untilStatus(page, 'recording'))
    await untilStatus(page, 'paused')
    assert.deepEqual(await commands(), ['track.pause', 'track.resume', 'track.pause'])
  })

  test.unless(noBrowser, 'pauses also when it is clicked fast after a resume', async () => {
    await button(page, 'Pause').click()
    await untilStatus(page, 'paused')
    await doubleClick(button(page, 'Resume'), () => untilStatus(page, 'recording'))
    await page.mouse.down({ clickCount: 3 })
    await page.mouse.up({ clickCount: 3 })
    await untilStatus(page, 'paused')
    assert.deepEqual(await commands(), ['track.pause', 'track.resume', 'track.pause'])
  })

  test.unless(noBrowser, 'sets two markers', async () => {
    const markers = page.locator('.marker')
    await doubleClick(button(page, 'Red'), () => markers.first().waitFor())
    await markers.nth(1).waitFor()
    opened.assertClean()
  })
})
