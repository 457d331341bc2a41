/**
 * `npm run screenshots`: makes the pictures of docs/pictures from a real recorder with a test
 * picture and tones, in Debian's Chromium.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import { findProgram } from '../src/processes/find-program.ts'

const PICTURES = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
const SIZE = { width: 1280, height: 860 }
/** Long enough for a time and a waveform that can be seen. */
const RECORDED_MS = 12_000

const executablePath = findProgram('chromium', process.env)
if (executablePath === null) throw new Error('chromium is not installed.')
await mkdir(PICTURES, { recursive: true })
const daemon = await startDaemon()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  await takePictures(browser, daemon)
} finally {
  await browser.close()
  await daemon.stop()
  await rm(daemon.home, { recursive: true, force: true })
}

async function takePictures(browser: Browser, daemon: Daemon): Promise<void> {
  const light = await openPage(browser, daemon, 'light')
  const dark = await openPage(browser, daemon, 'dark')
  await light.locator('main button').first().waitFor()
  await picture(light, 'ready')
  const { id } = await recordOnPage(light)
  await picture(light, 'recording')
  await picture(dark, 'recording-dark')
  await daemon.api('POST', '/recordings/current/pause', {})
  await command(light, 'pause')
  await picture(light, 'paused')
  await command(light, 'resume')
  await light.waitForTimeout(RECORDED_MS / 2)
  await command(light, 'stop')
  await command(light, 'close')
  await light.goto(`${daemon.url}/#/recordings`)
  await light.locator('main h1').first().waitFor()
  await light.waitForTimeout(1_000)
  await picture(light, 'recordings')
  await light.goto(`${daemon.url}/#/recordings/${id}?at=3000`)
  await light.locator('main h1').first().waitFor()
  await light.waitForTimeout(3_000)
  await picture(light, 'player', true)
  await light.goto(`${daemon.url}/#/audit/refusals`)
  await light.locator('.audit-table').waitFor()
  await picture(light, 'audit')
  await inspectRefusal(light, daemon, id)
}

/** Shows why the pause of a program was refused. */
async function inspectRefusal(page: Page, daemon: Daemon, id: string): Promise<void> {
  const { body } = await daemon.api('GET', `/recordings/${id}/events?limit=1000`)
  const refused = body.items.find(({ type }: { type: string }) => type === 'command.refused')
  await page.goto(`${daemon.url}/#/inspector/${id}?position=${refused.position}`)
  await page.setViewportSize({ width: 1440, height: 1360 })
  await page.locator('.chart').nth(2).waitFor()
  await page.waitForTimeout(1_000)
  await picture(page, 'inspector')
}

async function openPage(
  browser: Browser,
  daemon: Daemon,
  colorScheme: 'light' | 'dark',
): Promise<Page> {
  const context = await browser.newContext({ viewport: SIZE, colorScheme, locale: 'en-GB' })
  const page = await context.newPage()
  const { body } = await daemon.api('POST', '/ui/launch', {})
  await page.goto(body.url)
  // The invitation to allow notifications hides what the picture is about.
  await page.evaluate("localStorage.setItem('f2f.settings', '{\"notifications\":false}')")
  await page.reload()
  return page
}

/** Starts a recording as the page does, so that the page controls it. */
async function recordOnPage(page: Page): Promise<{ id: string }> {
  const tags = { 'customer.id': '4711', topic: 'Mortgage advice', branch: 'Old Town' }
  const body = { media: ['mic', 'speaker', 'screen'], tags, wrapUpSeconds: 600 }
  const recording = (await post(page, '', body)) as { id: string }
  await page.waitForTimeout(RECORDED_MS / 2)
  await post(page, '/current/tags', { tags: { 'marker.green': 'Offer explained' } })
  await page.waitForTimeout(RECORDED_MS / 2)
  return recording
}

async function command(page: Page, name: string): Promise<void> {
  await post(page, `/current/${name}`, {})
  await page.waitForTimeout(1_200)
}

function post(page: Page, path: string, body: unknown): Promise<unknown> {
  return page.evaluate(`fetch('/v1/recordings${path}', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify(body))},
  }).then((answer) => answer.json())`)
}

async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage })
  console.log(`docs/pictures/${name}.png`)
}
