import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { startDaemon } from '../../lab/daemon.ts'
import { suite } from '../support/suite.ts'
import { noBrowser, openRecorderPage, startBrowser } from './support/browser.ts'

/** A recorder that dies shows within a second; a busy machine needs longer. */
const LIMIT_MS = 5_000
/** A browser reports a connection that breaks, and nobody can stop it from doing so. */
const BROKEN = /net::ERR|Failed to load resource|Failed to fetch/

suite('the page and its connection', (test) => {
  let browser: Browser
  test.before(async () => {
    if (noBrowser === null) browser = await startBrowser()
  })
  test.after(async () => {
    await browser?.close()
  })

  for (const [name, signal] of [
    ['dies', 'SIGKILL'],
    ['hangs', 'SIGSTOP'],
  ] as const)
    test.unless(noBrowser, `a recorder that ${name} is never shown as recording`, async () => {
      const daemon = await startDaemon()
      try {
        const { page, context } = await openRecorderPage(browser, daemon, {
          expectedErrors: BROKEN,
        })
        await daemon.api('POST', '/recordings', { media: ['mic'] })
        await page.waitForFunction(() => document.title.includes('Recording'))
        daemon.kill(signal)
        await page.waitForFunction(() => document.body.dataset.link === 'lost', undefined, {
          timeout: LIMIT_MS,
        })
        assert.match(await page.title(), /^\? State unknown/)
        const icon = page.locator('link[rel="icon"]')
        assert.equal(await icon.getAttribute('href'), '/icons/idle.svg')
        await context.close()
      } finally {
        if (signal === 'SIGSTOP') daemon.kill('SIGCONT')
        await daemon.stop()
        await rm(daemon.home, { recursive: true, force: true })
      }
    })

  test.unless(noBrowser, 'a page heals by itself when the recorder is back', async () => {
    const first = await startDaemon()
    const port = new URL(first.url).port
    const { page, context } = await openRecorderPage(browser, first, { expectedErrors: BROKEN })
    await page.waitForFunction(() => document.body.dataset.link === 'live')
    first.kill()
    await first.exited
    await page.waitForFunction(() => document.body.dataset.link === 'lost')
    const second = await startDaemon({ home: first.home, args: ['--port', port] })
    try {
      await page.waitForFunction(() => document.body.dataset.link === 'live')
      await second.api('POST', '/recordings', { media: ['mic'] })
      await page.waitForFunction(() => document.title.includes('Recording'))
      await context.close()
    } finally {
      await second.stop()
      await rm(first.home, { recursive: true, force: true })
    }
  })

  test.unless(noBrowser, 'a page whose session has ended asks for a new link', async () => {
    const daemon = await startDaemon()
    try {
      const { page, context } = await openRecorderPage(browser, daemon, {
        expectedErrors: /401|Failed to load resource/,
      })
      await page.waitForFunction(() => document.body.dataset.link === 'live')
      await daemon.api('DELETE', '/ui/sessions')
      await page.getByRole('heading', { name: 'You are signed out.' }).waitFor()
      await context.close()
    } finally {
      await daemon.stop()
      await rm(daemon.home, { recursive: true, force: true })
    }
  })
})
