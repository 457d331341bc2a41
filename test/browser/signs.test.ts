import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import { suite } from '../support/suite.ts'
import { noBrowser, openRecorderPage, startBrowser } from './support/browser.ts'

/** Keeps the texts of notifications. Not a function, because tsx would change it. */
const RECORD_NOTIFICATIONS = `
  window.shown = []
  window.Notification = class {
    static permission = 'granted'
    static requestPermission = async () => 'granted'
    constructor(title, { body }) {
      window.shown.push(body)
    }
  }
`

const shown = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as unknown as { shown: string[] }).shown)

const icon = (page: Page): Promise<string | null> =>
  page.locator('link[rel="icon"]').getAttribute('href')

suite('signs of the page', (test) => {
  let daemon: Daemon
  let browser: Browser
  test.before(async () => {
    if (noBrowser !== null) return
    daemon = await startDaemon()
    browser = await startBrowser()
  })
  test.after(async () => {
    await browser?.close()
    await daemon?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
  })

  test.unless(noBrowser, 'title and icon say what is happening, whoever records', async () => {
    const { page, context, assertClean } = await openRecorderPage(browser, daemon)
    const titled = (word: string): Promise<unknown> =>
      page.waitForFunction((text) => document.title.includes(text), word)
    await titled('○ Ready')
    assert.equal(await icon(page), '/icons/idle.svg')
    await daemon.api('POST', '/recordings', { media: ['mic'] })
    await titled('Recording –')
    assert.match(await page.title(), /^● 00:00:0\d Recording/)
    assert.equal(await icon(page), '/icons/recording.svg')
    await daemon.api('POST', '/recordings/current/pause', {})
    await titled('Paused')
    assert.equal(await icon(page), '/icons/paused.svg')
    await daemon.api('POST', '/recordings/current/stop', {})
    await titled('Wrap-up')
    assert.equal(await icon(page), '/icons/wrap-up.svg')
    await daemon.api('POST', '/recordings/current/close', {})
    await titled('○ Ready')
    assertClean()
    await context.close()
  })

  test.unless(
    noBrowser,
    'a notification at each start, pause, resume and stop, from one window only',
    async () => {
      const first = await openRecorderPage(browser, daemon)
      await first.context.addInitScript({ content: RECORD_NOTIFICATIONS })
      await first.page.reload()
      const second = await first.context.newPage()
      await second.goto(daemon.url)
      for (const page of [first.page, second])
        await page.waitForFunction(() => document.title.includes('Ready'))
      for (const command of [
        '',
        '/current/pause',
        '/current/resume',
        '/current/stop',
        '/current/close',
      ]) {
        await daemon.api('POST', `/recordings${command}`, command === '' ? { media: ['mic'] } : {})
        // Each window shows a state before the next one begins: a notification is about a change.
        for (const page of [first.page, second])
          await page.waitForFunction(
            (word) => document.title.includes(word),
            WORDS[command] as string,
          )
      }
      assert.deepEqual(
        [...(await shown(first.page)), ...(await shown(second))],
        [
          'Recording has started.',
          'Recording is paused.',
          'Recording goes on.',
          'Recording has stopped.',
        ],
      )
      await first.context.close()
    },
  )

  test.unless(
    noBrowser,
    'an overdue pause raises an alarm on every view until it ends',
    async () => {
      const { page, context, assertClean } = await openRecorderPage(browser, daemon)
      await daemon.api('POST', '/recordings', { media: ['mic'] })
      await daemon.api('POST', '/recordings/current/pause', { maxPauseSeconds: 1 })
      const alarm = page.getByRole('alert').getByText('The pause has lasted too long.')
      for (const fragment of ['#/', '#/recordings', '#/settings']) {
        await page.goto(`${daemon.url}/${fragment}`)
        await alarm.waitFor()
      }
      assert.equal(await icon(page), '/icons/error.svg')
      await page.getByRole('button', { name: 'I have seen this' }).click()
      assert.ok(await alarm.isVisible())
      await daemon.api('POST', '/recordings/current/resume', {})
      await alarm.waitFor({ state: 'detached' })
      await daemon.api('POST', '/recordings/current/stop', {})
      await daemon.api('POST', '/recordings/current/close', {})
      assertClean()
      await context.close()
    },
  )
})

/** A word of the title after each command. */
const WORDS: Record<string, string> = {
  '': 'Recording –',
  '/current/pause': 'Paused',
  '/current/resume': 'Recording –',
  '/current/stop': 'Wrap-up',
  '/current/close': 'Ready',
}
