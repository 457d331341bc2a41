import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import type { Browser, Page, Route } from 'playwright-core'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import { type Latch, latch } from '../support/latch.ts'
import { suite } from '../support/suite.ts'
import { noBrowser, openRecorderPage, startBrowser } from './support/browser.ts'
import { button, untilStatus } from './support/record-view.ts'

/** A browser reports a connection that breaks, and a refusal. */
const REPORTED = /net::ERR|Failed to load resource|Failed to fetch/

suite('a command without an answer', (test) => {
  let browser: Browser
  let daemon: Daemon
  let page: Page
  test.before(async () => {
    if (noBrowser === null) browser = await startBrowser()
  })
  test.beforeEach(async () => {
    if (noBrowser !== null) return
    daemon = await startDaemon()
    page = (await openRecorderPage(browser, daemon, { expectedErrors: REPORTED })).page
    const answered = page.waitForResponse('**/v1/recordings')
    await button(page, /^Start/).click()
    await (await answered).finished()
    await untilStatus(page, 'recording')
  })
  test.afterEach(async () => {
    if (noBrowser !== null) return
    await page.context().close()
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })
  test.after(() => browser?.close())

  const noticeOf = (place: string) => page.locator(`[data-problem="${place}"] p`)
  const unanswered = (place: string) => noticeOf(place).filter({ hasText: 'has not answered yet' })

  /** Holds requests back on their way to the recorder; each goes on once its latch is open. */
  async function hold(path: string): Promise<Latch> {
    const going = latch()
    await page.route(`**${path}`, async (route) => {
      await going.opened
      await route.continue()
    })
    return going
  }

  /** Presses as soon as the page shows a state, before the eye can see it. */
  const pressAt = (status: string, press: string) =>
    page.evaluate(`(() => {
      const look = () => {
        if (!document.querySelector('.status[data-status="${status}"]')) requestAnimationFrame(look)
        else {
          ${press}
          document.body.dataset.pressed = 'yes'
        }
      }
      look()
    })()`)
  const untilPressed = () => page.waitForFunction(() => document.body.dataset.pressed === 'yes')

  /** Returns the commands that the recorder has accepted behind the start. */
  async function commands(): Promise<string[]> {
    // A press shows with the next frame that it is under way.
    await page.evaluate(() => new Promise(requestAnimationFrame))
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
    const { items } = (await daemon.api('GET', '/recordings?limit=1')).body
    const { body } = await daemon.api('GET', `/recordings/${items[0].id}/events`)
    type Item = { type: string; data: { command: string } }
    const accepted = (body.items as Item[]).filter(({ type }) => type === 'command.accepted')
    return accepted.slice(1).map(({ data }) => data.command)
  }

  test.unless(
    noBrowser,
    'is no resume when P is pressed again as the pause is answered',
    async () => {
      const going = await hold('/pause')
      await page.keyboard.press('p')
      await unanswered('all').waitFor()
      await pressAt('paused', `dispatchEvent(new KeyboardEvent('keydown', { key: 'p' }))`)
      going.open()
      await untilPressed()
      assert.deepEqual(await commands(), ['track.pause'])
      await untilStatus(page, 'paused')
    },
  )

  test.unless(noBrowser, 'is no close when Stop is pressed again as it is answered', async () => {
    const going = await hold('/stop')
    await button(page, 'Stop').click()
    await unanswered('all').waitFor()
    await pressAt('wrapUp', `document.querySelector('.status-buttons button:last-child').click()`)
    going.open()
    await untilPressed()
    assert.deepEqual(await commands(), ['track.stop'])
    await untilStatus(page, 'wrapUp')
  })

  test.unless(noBrowser, 'is said for as long as one of two has none', async () => {
    const [pause, stop] = [await hold('/pause'), await hold('/stop')]
    await button(page, 'Stop Microphone').click()
    await button(page, 'Pause Microphone').click()
    await unanswered('mic').waitFor()
    await page.evaluate(`setTimeout(() => { document.body.dataset.isOverdue = 'yes' }, 2_500)`)
    await page.waitForFunction(() => document.body.dataset.isOverdue === 'yes')
    const answered = page.waitForResponse('**/pause')
    pause.open()
    await (await answered).finished()
    await page.locator('.track[data-medium="mic"][data-state="paused"]').waitFor()
    // By then the page has read the answer.
    for (let frame = 0; frame < 2; frame++)
      await page.evaluate(() => new Promise(requestAnimationFrame))
    assert.ok(await unanswered('mic').isVisible())
    stop.open()
    await page.locator('.track[data-medium="mic"][data-state="stopped"]').waitFor()
    await unanswered('mic').waitFor({ state: 'detached' })
  })

  test.unless(noBrowser, 'does not hide why another one failed', async () => {
    const [red, blue] = [latch(), latch()]
    await page.route('**/tags', async (route: Route) => {
      const isRed = route.request().postData()?.includes('red') === true
      await (isRed ? red : blue).opened
      if (!isRed) return route.continue()
      const problem = { status: 409, code: 'TAG_LIMIT', title: 'There are too many tags.' }
      const contentType = 'application/problem+json'
      return route.fulfill({ status: 409, contentType, body: JSON.stringify(problem) })
    })
    await button(page, 'Red').click()
    await button(page, 'Blue').click()
    red.open()
    await noticeOf('markers').first().waitFor()
    blue.open()
    await page.locator('.marker').first().waitFor()
    assert.deepEqual(await commands(), ['recording.tag'])
    assert.ok(await noticeOf('markers').first().isVisible())
  })

  test.unless(
    noBrowser,
    'can be given again once it has failed, though nothing answers',
    async () => {
      let sent = 0
      await page.route('**/pause', (route) => {
        sent++
        return route.abort()
      })
      await page.route('**/v1/application', () => {})
      await page.keyboard.press('p')
      await noticeOf('all').filter({ hasText: 'did not answer' }).waitFor()
      const before = sent
      const again = page.waitForRequest('**/pause')
      await page.keyboard.press('p')
      await again
      assert.ok(sent >= before)
    },
  )

  test.unless(noBrowser, 'may not have worked until the page knows the state again', async () => {
    const [failing, back] = [latch(), latch()]
    await page.route('**/pause', async (route) => {
      await failing.opened
      await route.abort()
    })
    await page.route('**/v1/application', async (route) => {
      await back.opened
      await route.continue()
    })
    await page.keyboard.press('p')
    await unanswered('all').waitFor()
    daemon.kill('SIGSTOP')
    await page.waitForFunction(() => document.body.dataset.link === 'lost')
    await page.locator('.status-buttons [aria-busy="true"]').waitFor()
    failing.open()
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
    assert.ok(await unanswered('all').isVisible())
    daemon.kill('SIGCONT')
    back.open()
    await page.waitForFunction(() => document.body.dataset.link === 'live')
    await noticeOf('all').filter({ hasText: 'did not answer' }).waitFor()
    await untilStatus(page, 'recording')
  })

  test.unless(
    noBrowser,
    'is said of a refusal, too, which is tried without a connection',
    async () => {
      await button(page, 'Enter an answer').click()
      await page.getByRole('radio', { name: 'I no longer agree' }).check()
      daemon.kill('SIGSTOP')
      await page.waitForFunction(() => document.body.dataset.link === 'lost')
      await button(page, 'Save').click()
      await button(page, 'Yes, end it').click()
      await unanswered('consent').waitFor()
      daemon.kill('SIGCONT')
      await untilStatus(page, 'wrapUp')
      await unanswered('consent').waitFor({ state: 'detached' })
      const { body } = await daemon.api('GET', '/recordings/current')
      assert.deepEqual([body.state, body.consent.state], ['WrapUp', 'withdrawn'])
    },
  )

  test.unless(noBrowser, 'holds when the recorder hangs, is killed and starts again', async () => {
    daemon.kill('SIGSTOP')
    await page.waitForFunction(() => document.body.dataset.link === 'lost')
    await page.keyboard.press('p')
    await unanswered('all').waitFor()
    const { home, url } = daemon
    daemon.kill('SIGKILL')
    await daemon.exited
    assert.ok(await noticeOf('all').first().isVisible())
    daemon = await startDaemon({ home, args: ['--port', new URL(url).port] })
    await untilStatus(page, 'wrapUp')
    await unanswered('all').waitFor({ state: 'detached' })
    const { body } = await daemon.api('GET', '/recordings/current')
    assert.equal(body.state, 'WrapUp')
  })

  test.unless(
    noBrowser,
    'is not followed by a start that was pressed before it, and had no answer either',
    async () => {
      // Without the recording that all tests begin with.
      await page.context().close()
      await daemon.stop()
      await rm(daemon.home, { recursive: true, force: true })
      daemon = await startDaemon()
      page = (await openRecorderPage(browser, daemon, { expectedErrors: REPORTED })).page
      const [answered, broken] = [latch(), latch()]
      let sent = 0
      await page.route('**/v1/recordings', async (route) => {
        if (route.request().method() !== 'POST' || sent++ > 0) return route.continue()
        // The browser adds it when it sends the request itself.
        const headers = { ...route.request().headers(), 'sec-fetch-site': 'same-origin' }
        await route.fetch({ headers })
        answered.open()
        await broken.opened
        await route.abort()
      })
      await button(page, /^Start/).click()
      await answered.opened
      await untilStatus(page, 'recording')
      daemon.kill('SIGSTOP')
      await page.waitForFunction(() => document.body.dataset.link === 'lost')
      await page.keyboard.press('p')
      await unanswered('all').waitFor()
      const { home, url } = daemon
      daemon.kill('SIGKILL')
      await daemon.exited
      daemon = await startDaemon({ home, args: ['--port', new URL(url).port] })
      broken.open()
      await untilStatus(page, 'wrapUp')
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
      assert.equal(sent, 1)
      assert.equal((await daemon.api('GET', '/recordings')).body.items.length, 1)
    },
  )

  test.unless(noBrowser, 'is not said of the next recording', async () => {
    daemon.kill()
    await daemon.exited
    await page.waitForFunction(() => document.body.dataset.link === 'lost')
    await page.getByText('It is not known whether the screen is being recorded.').waitFor()
    await page.keyboard.press('p')
    await noticeOf('all').filter({ hasText: 'did not answer' }).waitFor()
    const port = new URL(daemon.url).port
    daemon = await startDaemon({ home: daemon.home, args: ['--port', port] })
    await page.waitForFunction(() => document.body.dataset.link === 'live')
    await daemon.api('POST', '/recordings', { media: ['mic'] })
    await untilStatus(page, 'recording')
    await noticeOf('all').waitFor({ state: 'detached' })
  })
})
