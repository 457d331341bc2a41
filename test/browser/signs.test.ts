import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { suite } from '../support/suite.ts'
import { noBrowser } from './support/browser.ts'
import { PageStage } from './support/page-stage.ts'

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
  const stage = PageStage.for(test)

  test.unless(noBrowser, 'title and icon say what is happening, whoever records', async () => {
    const { page, context, assertClean } = await stage.open()
    const titled = (word: string): Promise<unknown> =>
      page.waitForFunction((text) => document.title.includes(text), word)
    await titled('○ Ready')
    assert.equal(await icon(page), '/icons/idle.svg')
    await stage.daemon.api('POST', '/recordings', { media: ['mic'] })
    await titled('Recording –')
    assert.match(await page.title(), /^● 00:00:0\d Recording/)
    assert.equal(await icon(page), '/icons/recording.svg')
    await stage.daemon.api('POST', '/recordings/current/pause', {})
    await titled('Paused')
    assert.equal(await icon(page), '/icons/paused.svg')
    await stage.daemon.api('POST', '/recordings/current/stop', {})
    await titled('Wrap-up')
    assert.equal(await icon(page), '/icons/wrap-up.svg')
    await stage.daemon.api('POST', '/recordings/current/close', {})
    await titled('○ Ready')
    assertClean()
    await context.close()
  })

  test.unless(
    noBrowser,
    'a notification at each start, pause, resume and stop, from one window only',
    async () => {
      const first = await stage.open()
      await first.context.addInitScript({ content: RECORD_NOTIFICATIONS })
      await first.page.reload()
      const second = await first.context.newPage()
      await second.goto(stage.daemon.url)
      for (const page of [first.page, second])
        await page.waitForFunction(() => document.title.includes('Ready'))
      for (const command of [
        '',
        '/current/pause',
        '/current/resume',
        '/current/stop',
        '/current/close',
      ]) {
        await stage.daemon.api(
          'POST',
          `/recordings${command}`,
          command === '' ? { media: ['mic'] } : {},
        )
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
          'Recording has resumed.',
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
      const { page, context, assertClean } = await stage.open()
      await stage.daemon.api('POST', '/recordings', { media: ['mic'] })
      await stage.daemon.api('POST', '/recordings/current/pause', { maxPauseSeconds: 1 })
      const alarm = page.getByRole('alert').getByText('The pause has lasted too long.')
      for (const fragment of ['#/', '#/recordings', '#/settings']) {
        await page.goto(`${stage.daemon.url}/${fragment}`)
        await alarm.waitFor()
      }
      assert.equal(await icon(page), '/icons/error.svg')
      await page.getByRole('button', { name: 'I have seen this' }).click()
      assert.ok(await alarm.isVisible())
      await stage.daemon.api('POST', '/recordings/current/resume', {})
      await alarm.waitFor({ state: 'detached' })
      await stage.daemon.api('POST', '/recordings/current/stop', {})
      await stage.daemon.api('POST', '/recordings/current/close', {})
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
