import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import { PAGE_LIMIT_KB, pageKilobytes } from '../lab/page-size.ts'
import { findProgram } from '../src/processes/find-program.ts'
import type { Pace } from './pace.ts'
import { playing } from './playing.ts'
import { median } from './statistics.ts'
import { alone, type Findings, type Row } from './table.ts'

/** How much slower the page's processor is made for the first opening. */
const THROTTLING = 4
/** An opening is left alone for so long. */
const OPENING_MS = 3_000

/** Measures the recorder's page in Debian's Chromium: its size, its first opening, its cost. */
export async function benchPage(pace: Pace): Promise<Findings> {
  const executablePath = findProgram('chromium', process.env)
  if (executablePath === null)
    return { rows: [], remarks: ['The page: chromium is not installed.'] }
  const daemon = await startDaemon()
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const rows = [
      alone(
        'page: script and style before player, inspector and audit, in English, compressed',
        'KB',
        pageKilobytes(),
        {
          of: 'ours',
          atMost: PAGE_LIMIT_KB,
        },
      ),
      ...(await openings(browser, daemon, pace.starts)),
      ...(await watching(browser, daemon, pace)),
      ...(await playing(() => signIn(browser, daemon), daemon, pace)),
    ]
    return { rows, remarks: [] }
  } finally {
    await browser.close()
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  }
}

async function signIn(browser: Browser, daemon: Daemon): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  const { body } = await daemon.api('POST', '/ui/launch', {})
  await page.goto(body.url)
  return page
}

/** Runs in the page: notes when a command can first be given. */
const WATCH_FOR_COMMAND = `
  new MutationObserver((_, observer) => {
    if (document.querySelector('.status .command[aria-disabled=false]') === null) return
    globalThis.offeredAt = performance.now()
    observer.disconnect()
  }).observe(document, { childList: true, subtree: true, attributes: true })`

/**
 * First paint and the first command that can be given, with a cold cache. The page itself notes the
 * second, because a driver that looks for it would take the slowed processor from the page.
 */
async function openings(browser: Browser, daemon: Daemon, count: number): Promise<Row[]> {
  const paints: number[] = []
  const readies: number[] = []
  for (let round = 0; round < count; round++) {
    const page = await signIn(browser, daemon)
    await page.locator('main button').first().waitFor()
    await page.goto('about:blank')
    await page.addInitScript(WATCH_FOR_COMMAND)
    const devTools = await page.context().newCDPSession(page)
    await devTools.send('Network.clearBrowserCache')
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: THROTTLING })
    await page.goto(daemon.url, { waitUntil: 'commit' })
    await wait(OPENING_MS)
    const times = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
      ready: (globalThis as { offeredAt?: number }).offeredAt ?? Infinity,
    }))
    paints.push(times.paint)
    readies.push(times.ready)
    await page.context().close()
  }
  return [
    alone('page: first paint, processor 4 × slower', 'ms', median(paints), {
      of: 'ours',
      atMost: 200,
    }),
    alone('page: first command can be given, processor 4 × slower', 'ms', median(readies), {
      of: 'ours',
      atMost: 400,
    }),
  ]
}

/** A recording that a program controls, as the page shows it. */
async function watching(browser: Browser, daemon: Daemon, pace: Pace): Promise<Row[]> {
  const page = await signIn(browser, daemon)
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Performance.enable')
  await daemon.api('POST', '/recordings', { media: ['audio', 'screen'] })
  const delays: number[] = []
  for (let round = 0; round < pace.latencyRounds; round++)
    for (const [command, state] of [
      ['pause', 'paused'],
      ['resume', 'recording'],
    ] as const) {
      await daemon.api('POST', `/recordings/current/${command}`, {})
      const answered = performance.now()
      await page.locator(`.status[data-status="${state}"]`).waitFor()
      delays.push(performance.now() - answered)
    }
  const before = await metrics(devTools)
  await wait(pace.recordingMs)
  const after = await metrics(devTools)
  await daemon.api('POST', '/recordings/current/stop', {})
  await daemon.api('POST', '/recordings/current/close', {})
  await page.context().close()
  const seconds = after.Timestamp! - before.Timestamp!
  const percent = (100 * (after.TaskDuration! - before.TaskDuration!)) / seconds
  return [
    alone('page: a state is shown after the answer', 'ms', median(delays), {
      of: 'ours',
      atMost: 100,
    }),
    alone('page: CPU of the page while it watches a recording', '% of a core', percent, {
      of: 'ours',
      atMost: 2,
    }),
    alone('page: heap while it watches a recording', 'MB', after.JSHeapUsedSize! / 1e6),
  ]
}

async function metrics(devTools: CDPSession): Promise<Record<string, number>> {
  await devTools.send('HeapProfiler.collectGarbage')
  const { metrics: all } = await devTools.send('Performance.getMetrics')
  return Object.fromEntries(all.map(({ name, value }) => [name, value]))
}
