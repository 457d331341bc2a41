import assert from 'node:assert/strict'
import type { BrowserContext, Page } from 'playwright-core'
import { eventually, suite } from '../support/suite.ts'
import { noBrowser } from './support/browser.ts'
import { eventsOf, untilIndex } from './support/inspector.ts'
import { PageStage } from './support/page-stage.ts'

const LIMIT_MS = 15_000
/** A browser reports a connection that breaks, and nobody can stop it from doing so. */
const BROKEN = /net::ERR|Failed to load resource|Failed to fetch/

/** The client sends a request that fails so often. */
const ATTEMPTS = 4

/** Cuts off one window, while the stream that all windows share goes on. */
async function cutOff(context: BrowserContext, page: Page): Promise<() => Promise<void>> {
  const devtools = await context.newCDPSession(page)
  const emulate = async (offline: boolean): Promise<void> => {
    const speed = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
    await devtools.send('Network.emulateNetworkConditions', { offline, ...speed })
  }
  await emulate(true)
  return () => emulate(false)
}

suite('a page that was cut off while a recording ended', (test) => {
  const stage = PageStage.for(test)
  let id: string
  test.beforeEach(async () => {
    if (noBrowser !== null) return
    const { body } = await stage.daemon.api('POST', '/recordings', { media: ['mic'] })
    id = body.id
  })
  test.afterEach(endRecording)

  async function endRecording(): Promise<void> {
    for (const last of ['stop', 'close'])
      await stage.daemon?.api('POST', `/recordings/${id}/${last}`)
  }

  /**
   * Opens a view, and ends the recording while it is cut off. It is connected again when it has
   * given up what it read for the events: `read` is the end of that address.
   */
  async function missTheEnd(
    fragment: string,
    ready: string,
    read: string,
  ): Promise<[BrowserContext, Page]> {
    const { page, context } = await stage.open({
      fragment,
      expectedErrors: BROKEN,
    })
    page.setDefaultTimeout(LIMIT_MS)
    await page.locator(ready).waitFor()
    const reconnect = await cutOff(context, page)
    let failed = 0
    page.on('requestfailed', (request) => {
      if (new URL(request.url()).pathname.endsWith(read)) failed++
    })
    await endRecording()
    await eventually('given up', () => failed >= ATTEMPTS, LIMIT_MS)
    await reconnect()
    await page.waitForFunction(() => document.body.dataset.link === 'live')
    return [context, page]
  }

  test.unless(noBrowser, 'the player does not show it as in progress', async () => {
    const [context, page] = await missTheEnd(`#/recordings/${id}`, '.player-head', '/segments')
    await page.locator('.player-head').getByText('Closed').waitFor()
    await context.close()
  })

  test.unless(noBrowser, 'the inspector has all events, and says so', async () => {
    const [context, page] = await missTheEnd(
      `#/inspector/${id}`,
      '[data-complete="true"]',
      '/events',
    )
    const { length } = await eventsOf(stage.daemon, id)
    await page.locator('.stepper-count', { hasText: `/ ${length}` }).waitFor()
    await page.locator('.inspector-problem').waitFor({ state: 'detached' })
    await context.close()
  })

  test.unless(
    noBrowser,
    'a link to a moment that is not there leads to the one before',
    async () => {
      const { page, context, assertClean } = await stage.open({
        fragment: `#/inspector/${id}?position=99999999`,
        expectedErrors: BROKEN,
      })
      page.setDefaultTimeout(LIMIT_MS)
      await untilIndex(page, (await eventsOf(stage.daemon, id)).length)
      assert.equal(await page.locator('.inspector-problem').count(), 0)
      assertClean()
      await context.close()
    },
  )
})
