import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import type { Daemon } from '../../lab/daemon.ts'
import { suite } from '../support/suite.ts'
import {
  noBrowser,
  openRecorderPage,
  startBrowser,
  startSyntheticDaemon,
} from './support/browser.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Returns what axe-core finds on a page, as `rule: element`. */
async function findings(page: Page): Promise<string[]> {
  // Not as a script element, which the page's own policy forbids.
  await page.evaluate(await readFile(AXE, 'utf8'))
  return page.evaluate(async (tags) => {
    const { axe } = window as unknown as {
      axe: { run(o: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run({ runOnly: tags })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  }, RULES)
}

suite('accessibility of the page', (test) => {
  let daemon: Daemon
  let browser: Browser
  let recordingId: string

  test.before(async () => {
    if (noBrowser !== null) return
    daemon = await startSyntheticDaemon()
    browser = await startBrowser()
    const { body } = await daemon.api('POST', '/recordings', {
      media: ['mic', 'screen'],
      tags: { 'customer.id': '4711' },
      wrapUpSeconds: 0,
    })
    recordingId = body.id
    await daemon.api('POST', '/recordings/current/pause', {})
    await daemon.api('POST', '/recordings/current/resume', {})
    await daemon.api('POST', '/recordings/current/tags', { tags: { marker: 'offer' } })
    await daemon.api('POST', '/recordings/current/stop', {})
  })

  test.after(async () => {
    await browser?.close()
    await daemon?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
  })

  for (const colorScheme of ['light', 'dark'] as const)
    for (const locale of ['en-US', 'de-DE'])
      test.unless(
        noBrowser,
        `axe-core finds nothing on any view, ${colorScheme}, ${locale}`,
        async () => {
          const opened = await openRecorderPage(browser, daemon, { colorScheme, locale })
          const { page } = opened
          for (const fragment of [
            '#/',
            '#/recordings',
            `#/recordings/${recordingId}`,
            '#/settings',
          ]) {
            await page.goto(`${daemon.url}/${fragment}`)
            await page.locator('main h1').first().waitFor()
            await page.waitForLoadState('networkidle', { timeout: 1 }).catch(() => {})
            assert.deepEqual(await findings(page), [], fragment)
          }
          opened.assertClean()
          await opened.context.close()
        },
      )

  for (const width of [320, 768, 1440])
    test.unless(noBrowser, `no view scrolls sideways at ${width} px`, async () => {
      const opened = await openRecorderPage(browser, daemon, { width, locale: 'de-DE' })
      const { page } = opened
      for (const fragment of ['#/', '#/recordings', `#/recordings/${recordingId}`, '#/settings']) {
        await page.goto(`${daemon.url}/${fragment}`)
        await page.locator('main h1').first().waitFor()
        const widths = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ])
        assert.equal(widths[0], widths[1], `${fragment} is ${widths[0]} px wide`)
      }
      await opened.context.close()
    })
})
