import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import { openHomeKeys, writeRecordingKeys } from '../lab/home-keys.ts'
import { findProgram } from '../src/processes/find-program.ts'
import { openEventLog } from '../src/store/event-log.ts'
import { MADE_UP_ID, madeUpEvents } from './made-up-events.ts'
import type { Pace } from './pace.ts'
import { median, percentile } from './statistics.ts'
import { alone, type Findings } from './table.ts'

const EVENTS = 100_000
/** The recorder makes an event durable with the whole batch that it is in. */
const BATCH = 1_000
const STEPS = 100
/** The time in which all events are read and folded. */
const READING_LIMIT_MS = 120_000

/** Measures the inspector at a recording of 100,000 events, in Debian's Chromium. */
export async function benchInspector(pace: Pace): Promise<Findings> {
  const executablePath = findProgram('chromium', process.env)
  if (executablePath === null)
    return { rows: [], remarks: ['The inspector: chromium is not installed.'] }
  const home = await mkdtemp(join(tmpdir(), 'f2f-bench-'))
  await writeLongRecording(home)
  const daemon = await startDaemon({ home })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    return { rows: await rowsOf(browser, daemon, pace), remarks: [] }
  } finally {
    await browser.close()
    await daemon.stop()
    await rm(home, { recursive: true, force: true })
  }
}

async function rowsOf(browser: Browser, daemon: Daemon, pace: Pace): Promise<Findings['rows']> {
  const below = (atMost: number) => ({ of: 'ours', atMost }) as const
  const page = await (await browser.newContext()).newPage()
  await page.addInitScript(TELL_WHEN_SHOWN)
  page.setDefaultTimeout(READING_LIMIT_MS)
  const { body } = await daemon.api('POST', '/ui/launch', {})
  await page.goto(body.url)
  const firsts: Shown[] = []
  for (let round = 0; round < pace.starts; round++) firsts.push(await open(page, daemon, round))
  const began = performance.now()
  await page.locator('.stepper-loading').waitFor({ state: 'detached' })
  const readMs = performance.now() - began
  const steps = await page.evaluate<number[]>(TIME_STEPS)
  return [
    alone(
      'inspector: first state in the middle of 100,000 events',
      'ms',
      median(firsts.map(([words]) => words)),
      below(300),
    ),
    alone('inspector: its charts are lit', 'ms', median(firsts.map(([, charts]) => charts))),
    alone('inspector: all 100,000 events are read and folded', 'ms', readMs),
    alone('inspector: a step at 100,000 events', 'ms', percentile(steps, 0.95), below(16)),
  ]
}

/** The times of a page until a moment is on the screen in words, and lit in the charts (ms). */
type Shown = [wordsMs: number, chartsMs: number]

/** Opens a position of the recording, with a warm cache. */
async function open(page: Page, daemon: Daemon, round: number): Promise<Shown> {
  // What the page before reads and folds would delay this one.
  await page.goto('about:blank')
  const position = EVENTS / 2 + round
  const shown = page.waitForEvent('console', (message) => message.text().startsWith(SHOWN))
  await page.goto(`${daemon.url}/#/inspector/${MADE_UP_ID}?position=${position}`, {
    waitUntil: 'commit',
  })
  return (await shown).text().slice(SHOWN.length).split(' ').map(Number) as Shown
}

const SHOWN = 'first state shown: '
/**
 * Runs in each page: tells when the browser has shown the frame with the moment in words (Element
 * Timing of its title), and when the one with the charts has been drawn. To ask the page for it
 * would cost the page some 30 ms of processor, for the script that asks.
 */
const TELL_WHEN_SHOWN = `(() => {
  let title, words, charts
  const tell = () => {
    if (words && charts) console.debug('${SHOWN}' + words + ' ' + charts)
  }
  new PerformanceObserver((list) => {
    words = list.getEntries()[0].renderTime
    tell()
  }).observe({ type: 'element' })
  new MutationObserver((_, observer) => {
    // Only what is marked before it is painted is timed.
    title ??= document.querySelector('.moment-title span')
    title?.setAttribute('elementtiming', 'words')
    if (document.querySelector('.node[data-active=true]') === null) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => {
      charts = performance.now()
      tell()
    }))
  }).observe(document, { childList: true, subtree: true })
})()`

/** Runs in the page: times script and layout of a step by key, without the frame after it. */
const TIME_STEPS = `(async () => {
  const times = []
  const { port1, port2 } = new MessageChannel()
  for (let step = 0; step < ${STEPS}; step++) {
    const began = performance.now()
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
    // The page draws in microtasks, which have run when a message arrives.
    await new Promise((resolve) => {
      port1.onmessage = resolve
      port2.postMessage(null)
    })
    document.body.getBoundingClientRect()
    times.push(performance.now() - began)
    // Otherwise the frame of this step would be counted with the next.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  }
  port1.close()
  return times
})()`

async function writeLongRecording(home: string): Promise<void> {
  const keys = await openHomeKeys(home)
  writeRecordingKeys(home, [MADE_UP_ID])
  const log = await openEventLog({
    keys,
    folder: join(home, 'log'),
    witnessFile: join(home, 'log.witness'),
  })
  const events = madeUpEvents(EVENTS)
  for (let from = 0; from < events.length; from += BATCH)
    await log.append({ events: events.slice(from, from + BATCH) }).committed
  await log.close()
  await keys.close()
}
