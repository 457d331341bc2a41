import assert from 'node:assert/strict'
import { readdirSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import type { Daemon } from '../../lab/daemon.ts'
import { startDaemon } from '../../lab/daemon.ts'
import { suite } from '../support/suite.ts'
import { findings } from './support/axe.ts'
import { noBrowser, openRecorderPage, startBrowser } from './support/browser.ts'
import { places } from './support/player.ts'

const LIMIT_MS = 25_000
/** A browser reports what it cannot load, and nobody can stop it from doing so. */
const BROKEN = /net::ERR|Failed to load resource|Failed to fetch/

const notice = (page: Page) => page.locator('.unplayable')

/** Waits until all three media play. */
async function untilAllPlay(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll<HTMLMediaElement>('audio, video')].filter(
        (element) => !element.paused && element.currentTime > 0,
      ).length === 3,
  )
  assert.equal(Object.keys((await places(page)).media).length, 3)
}

async function recordShortly(daemon: Daemon): Promise<string> {
  const { body } = await daemon.api('POST', '/recordings', { media: ['audio', 'screen'] })
  // What is played must have a length; nothing happens meanwhile.
  await delay(4_000)
  await daemon.api('POST', '/recordings/current/stop')
  await daemon.api('POST', '/recordings/current/close')
  return body.id
}

suite('media that cannot be played', (test) => {
  let browser: Browser
  test.before(async () => {
    if (noBrowser === null) browser = await startBrowser()
  })
  test.after(async () => {
    await browser?.close()
  })

  test.unless(noBrowser, 'without its key a recording is not shown as silent', async () => {
    const first = await startDaemon()
    const id = await recordShortly(first)
    const key = join(first.home, 'keys', `${id}.key.json`)
    const args = ['--port', new URL(first.url).port]
    await first.stop()
    renameSync(key, `${key}.away`)
    let daemon = await startDaemon({ home: first.home, args })
    try {
      const fragment = `#/recordings/${id}?at=1000`
      const options = { fragment, width: 320, expectedErrors: BROKEN }
      const { page, context } = await openRecorderPage(browser, daemon, options)
      page.setDefaultTimeout(LIMIT_MS)
      await notice(page).getByText('Microphone, Speaker, and Screen').waitFor()
      assert.match(await notice(page).innerText(), /The key of this recording is missing/)
      assert.deepEqual(await findings(page), [])
      assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0)
      await daemon.stop()
      renameSync(`${key}.away`, key)
      daemon = await startDaemon({ home: first.home, args })
      await notice(page).waitFor({ state: 'detached' })
      await page.locator('.control-play').click()
      await untilAllPlay(page)
      await context.close()
    } finally {
      await daemon.stop()
      await rm(first.home, { recursive: true, force: true })
    }
  })

  test.unless(noBrowser, 'a file that is back plays when a person tries again', async () => {
    const daemon = await startDaemon()
    try {
      const id = await recordShortly(daemon)
      const folder = join(daemon.home, 'recordings', id)
      const files = readdirSync(folder).filter((name) => /^(mic|screen)-/.test(name))
      for (const name of files) renameSync(join(folder, name), join(daemon.home, name))
      const { page, context } = await openRecorderPage(browser, daemon, {
        fragment: `#/recordings/${id}?at=1000`,
        expectedErrors: BROKEN,
      })
      page.setDefaultTimeout(LIMIT_MS)
      await notice(page).getByText('Microphone and Screen').waitFor()
      for (const name of files) renameSync(join(daemon.home, name), join(folder, name))
      await page.getByRole('button', { name: 'Try again' }).click()
      await notice(page).waitFor({ state: 'detached' })
      await page.locator('.control-play').click()
      await untilAllPlay(page)
      await context.close()
    } finally {
      await daemon.stop()
      await rm(daemon.home, { recursive: true, force: true })
    }
  })
})
