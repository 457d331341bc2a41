import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type Daemon, startDaemon } from '../../lab/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { noBrowser, openRecorderPage, startBrowser } from './support/browser.ts'
import { button, endRecording, untilStatus } from './support/record-view.ts'

/** A recorder that dies shows within a second; a busy machine needs longer. */
const LIMIT_MS = 5_000
/** A browser reports a connection that breaks, and nobody can stop it from doing so. */
const BROKEN = /net::ERR|Failed to load resource|Failed to fetch/

/** Runs in a page: notes whether it ever said that nobody is signed in. */
const NOTE_SIGNED_OUT = `
  globalThis.wasSignedOut = false
  new MutationObserver(() => {
    globalThis.wasSignedOut ||= document.body?.dataset.link === 'signedOut'
  }).observe(document, { subtree: true, childList: true, attributes: true })
`

suite('the page and its connection', (test) => {
  let browser: Browser
  /** The tests that let it live share it. */
  let daemon: Daemon
  test.before(async () => {
    if (noBrowser !== null) return
    browser = await startBrowser()
    daemon = await startDaemon({ env: { F2F_LOG_LEVEL: 'debug' } })
  })
  test.afterEach(async () => {
    for (const last of ['stop', 'close']) await daemon?.api('POST', `/recordings/current/${last}`)
  })
  test.after(async () => {
    await browser?.close()
    await daemon?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
  })

  for (const [name, signal] of [
    ['dies', 'SIGKILL'],
    ['hangs', 'SIGSTOP'],
  ] as const)
    test.unless(noBrowser, `a recorder that ${name} is never shown as recording`, async () => {
      const mortal = await startDaemon()
      try {
        const { page, context } = await openRecorderPage(browser, mortal, {
          expectedErrors: BROKEN,
        })
        const { body } = await mortal.api('POST', '/recordings', { media: ['mic'] })
        await page.waitForFunction(() => document.title.includes('Recording'))
        const player = await context.newPage()
        await player.goto(`${mortal.url}/#/recordings/${body.id}`)
        const length = () =>
          player.locator('.fact', { hasText: 'Length' }).locator('dd').innerText()
        const first = await length()
        await eventually('its length grows', async () => (await length()) !== first)
        mortal.kill(signal)
        await page.waitForFunction(() => document.body.dataset.link === 'lost', undefined, {
          timeout: LIMIT_MS,
        })
        assert.match(await page.title(), /^\? State unknown/)
        const icon = page.locator('link[rel="icon"]')
        assert.equal(await icon.getAttribute('href'), '/icons/idle.svg')
        const track = page.locator('.track[data-medium="mic"] .track-state')
        assert.equal((await track.textContent())?.trim(), 'Last known: Recording')
        await player.waitForFunction(() => document.body.dataset.link === 'lost')
        const confirmed = await length()
        const since = await player.evaluate(() => performance.now())
        await player.waitForFunction((from) => performance.now() - from > 2_000, since)
        assert.equal(await length(), confirmed, 'the player claims no more than was confirmed')
        await context.close()
      } finally {
        if (signal === 'SIGSTOP') mortal.kill('SIGCONT')
        await mortal.stop()
        await rm(mortal.home, { recursive: true, force: true })
      }
    })

  test.unless(
    noBrowser,
    'a pause is tried without a connection, and says what is not sure',
    async () => {
      // Only the page that has started a recording can end it.
      const own = await startDaemon()
      try {
        const { page, context } = await openRecorderPage(browser, own, { expectedErrors: BROKEN })
        await button(page, /^Start/).click()
        await page.waitForFunction(() => document.title.includes('Recording'))
        own.kill('SIGSTOP')
        await page.waitForFunction(() => document.body.dataset.link === 'lost')
        assert.equal(await button(page, 'Set marker').isEnabled(), false)
        await page.keyboard.press('p')
        const notice = page.getByText('Assume that it still records')
        await notice.waitFor({ timeout: 3 * LIMIT_MS })
        own.kill('SIGCONT')
        await page.waitForFunction(() => document.title.includes('Paused'))
        await notice.waitFor({ state: 'detached' })
        await context.close()
      } finally {
        own.kill('SIGCONT')
        await own.stop()
        await rm(own.home, { recursive: true, force: true })
      }
    },
  )

  test.unless(noBrowser, 'a hidden window learns at once that the recorder hangs', async () => {
    try {
      const { page, context } = await openRecorderPage(browser, daemon, { expectedErrors: BROKEN })
      // A browser runs the timers of hidden windows once a minute.
      await page.addInitScript(() => {
        globalThis.setInterval = (() => 0) as never
      })
      await page.reload()
      await page.waitForFunction(() => document.body.dataset.link === 'live')
      daemon.kill('SIGSTOP')
      await page.waitForFunction(() => document.title.startsWith('? State unknown'), undefined, {
        timeout: LIMIT_MS,
      })
      daemon.kill('SIGCONT')
      await page.waitForFunction(() => document.body.dataset.link === 'live')
      await context.close()
    } finally {
      daemon.kill('SIGCONT')
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

  test.unless(noBrowser, 'many windows of one browser all show the state and command', async () => {
    const { page, context } = await openRecorderPage(browser, daemon)
    const windows = [page]
    // More than a browser has connections to one server.
    while (windows.length < 8) {
      const window = await context.newPage()
      await window.goto(`${daemon.url}/`)
      windows.push(window)
    }
    const show = (word: string) =>
      Promise.all(
        windows.map((one) => one.waitForFunction((w) => document.title.includes(w), word)),
      )
    await show('Ready')
    await button(page, /^Start/).click()
    await show('Recording')
    await page.close()
    windows.shift()
    await button(windows.at(-1) as Page, 'Pause').click()
    await show('Paused')
    await endRecording(daemon, windows.at(-1) as Page)
    await context.close()
  })

  test.unless(noBrowser, 'a page without its event stream is not sure of anything', async () => {
    // The windows of other tests would leave streams free late.
    const crowded = await startDaemon()
    const streams: IncomingMessage[] = []
    try {
      const context = await browser.newContext()
      const { body } = await crowded.api('POST', '/ui/launch', {})
      await context.request.get(body.url, { maxRedirects: 0 })
      const page = await context.newPage()
      await takeAllStreams(crowded, context, streams)
      await page.goto(`${crowded.url}/`)
      await page.waitForFunction(() => document.body.dataset.link === 'lost')
      await crowded.api('POST', '/recordings', { media: ['mic'] })
      // By now the page has asked the recorder for more than its health.
      await page.waitForResponse((answer) => answer.url().includes('/v1/recordings/'))
      assert.match(await page.title(), /^\? State unknown/)
      for (const stream of streams) stream.destroy()
      await page.waitForFunction(() => document.title.includes('Recording'))
      await context.close()
    } finally {
      for (const stream of streams) stream.destroy()
      await crowded.stop()
      await rm(crowded.home, { recursive: true, force: true })
    }
  })

  test.unless(noBrowser, 'a page that gets no answer is not sure of what has changed', async () => {
    const crowded = await startDaemon()
    try {
      const { page, context } = await openRecorderPage(browser, crowded)
      await crowded.api('POST', '/recordings', { media: ['mic', 'speaker'] })
      await page.waitForFunction(() => document.title.includes('Recording'))
      // With the stream of all windows, these are all connections that a browser opens.
      await page.evaluate(async () => {
        const aborter = new AbortController()
        Object.assign(window, { aborter })
        const { signal } = aborter
        await Promise.all([1, 2, 3, 4, 5].map(() => fetch('/v1/events', { signal })))
      })
      await crowded.api('POST', '/recordings/current/pause', { media: ['mic'] })
      // The speaker is recorded still, and its levels come.
      await page.waitForFunction(() => document.title.startsWith('? State unknown'), undefined, {
        timeout: LIMIT_MS,
      })
      await page.evaluate('aborter.abort()')
      await page.locator('.track[data-medium="mic"][data-state="paused"]').waitFor()
      await context.close()
    } finally {
      await crowded.stop()
      await rm(crowded.home, { recursive: true, force: true })
    }
  })

  test.unless(
    noBrowser,
    'a new link is not answered with the end of the last session',
    async () => {
      const { page, context } = await openRecorderPage(browser, daemon, { expectedErrors: BROKEN })
      await page.waitForFunction(() => document.body.dataset.link === 'live')
      await daemon.api('DELETE', '/ui/sessions')
      const signedOut = { name: 'You are signed out.' }
      await page.getByRole('heading', signedOut).waitFor()
      const { body } = await daemon.api('POST', '/ui/launch', {})
      const window = await context.newPage()
      await window.addInitScript(NOTE_SIGNED_OUT)
      await window.goto(body.url)
      await window.waitForFunction(() => document.body.dataset.link === 'live', undefined, {
        timeout: LIMIT_MS,
      })
      assert.equal(await window.evaluate('wasSignedOut'), false)
      // The older windows have the new session, too.
      await page.getByRole('heading', signedOut).waitFor({ state: 'detached', timeout: LIMIT_MS })
      await context.close()
    },
  )

  test.unless(noBrowser, 'the list is right again after a session has ended', async () => {
    const { page, context } = await openRecorderPage(browser, daemon, {
      fragment: '#/recordings',
      expectedErrors: BROKEN,
    })
    const { body: first } = await daemon.api('POST', '/recordings', { media: ['mic'] })
    const row = (id: string, state: string) =>
      page.locator(`.list-row[data-id="${id}"][data-state="${state}"]`)
    await row(first.id, 'Active').waitFor({ timeout: LIMIT_MS })
    const before = daemon.stderr().length
    await daemon.api('DELETE', '/ui/sessions')
    await page.getByRole('heading', { name: 'You are signed out.' }).waitFor()
    await eventually('the page is refused, and then its stream', () => {
      return daemon.stderr().slice(before).split('"UNAUTHENTICATED"').length > 2
    })
    const end = async () => {
      for (const last of ['stop', 'close']) await daemon.api('POST', `/recordings/current/${last}`)
    }
    await end()
    const { body: second } = await daemon.api('POST', '/recordings', { media: ['mic'] })
    await end()
    const { body: launch } = await daemon.api('POST', '/ui/launch', {})
    await (await context.newPage()).goto(launch.url)
    await row(first.id, 'Closed').waitFor({ timeout: LIMIT_MS })
    await row(second.id, 'Closed').waitFor({ timeout: LIMIT_MS })
    await context.close()
  })

  test.unless(
    noBrowser,
    'a window learns of changes also when the shared worker has ended',
    async () => {
      const { page, context } = await openRecorderPage(browser, daemon)
      await page.waitForFunction(() => document.body.dataset.link === 'live')
      const devtools = await browser.newBrowserCDPSession()
      const { targetInfos } = await devtools.send('Target.getTargets')
      const workers = targetInfos.filter(({ type }) => type === 'shared_worker')
      assert.ok(workers.length > 0)
      for (const { targetId } of workers) await devtools.send('Target.closeTarget', { targetId })
      await daemon.api('POST', '/recordings', { media: ['mic'] })
      await untilStatus(page, 'recording')
      await daemon.api('POST', '/recordings/current/pause')
      await untilStatus(page, 'paused')
      for (const last of ['stop', 'close']) await daemon.api('POST', `/recordings/current/${last}`)
      await context.close()
    },
  )

  test.unless(noBrowser, 'a link that was cut in the middle leads to an answer', async () => {
    const { page, context, assertClean } = await openRecorderPage(browser, daemon, {
      fragment: '#/recordings/%E0%A4',
      expectedErrors: BROKEN,
    })
    await page.reload()
    await page.locator('main').getByRole('alert').or(page.getByText('not found')).first().waitFor()
    assertClean()
    await context.close()
  })

  test.unless(noBrowser, 'a page whose session has ended asks for a new link', async () => {
    const { page, context } = await openRecorderPage(browser, daemon, {
      expectedErrors: /401|Failed to load resource/,
    })
    await page.waitForFunction(() => document.body.dataset.link === 'live')
    await daemon.api('DELETE', '/ui/sessions')
    await page.getByRole('heading', { name: 'You are signed out.' }).waitFor()
    await context.close()
  })
})

/** Opens as many streams for the page's side as the recorder allows. */
async function takeAllStreams(
  daemon: Daemon,
  context: BrowserContext,
  streams: IncomingMessage[],
): Promise<void> {
  const cookies = await context.cookies(daemon.url)
  const headers = {
    Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    'Sec-Fetch-Site': 'same-origin',
    Accept: 'text/event-stream',
  }
  for (;;) {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${daemon.url}/v1/events`, { headers }, resolve).on('error', reject)
    })
    answer.on('error', () => {})
    streams.push(answer)
    answer.resume()
    if (answer.statusCode !== 200) return assert.equal(answer.statusCode, 429)
  }
}
