import type { Page } from 'playwright-core'
import type { Daemon } from '../../../lab/daemon.ts'
import type { LogEvent } from '../../../src/contract/events.ts'

/** A recording with refusals of both sides, and its events. */
export interface InspectedRecording {
  id: string
  events: LogEvent[]
}

/** Sends a command as the page does, so that the side `ui` gives it. */
export function sendAsPage(page: Page, path: string, body: unknown = {}): Promise<unknown> {
  return page.evaluate(
    async ([to, text]) => {
      const headers = { 'Content-Type': 'application/json' }
      const answer = await fetch(`/v1/recordings${to}`, { method: 'POST', headers, body: text })
      return answer.json()
    },
    [path, JSON.stringify(body)] as const,
  )
}

/** Records under the control of the page. Each side is refused something. */
export async function recordRefusals(daemon: Daemon, page: Page): Promise<InspectedRecording> {
  const media = ['mic', 'speaker', 'screen']
  const tags = { 'customer.id': '4711' }
  const started = await sendAsPage(page, '', { media, tags })
  const { id } = started as { id: string }
  await daemon.api('POST', '/recordings/current/pause', {})
  await sendAsPage(page, '/current/resume')
  await daemon.api('POST', '/recordings/current/tags', { tags: { note: 'from outside' } })
  await sendAsPage(page, '/current/pause')
  await sendAsPage(page, '/current/pause', { media: ['mic'] })
  await sendAsPage(page, '/current/resume')
  await sendAsPage(page, '/current/stop')
  await sendAsPage(page, '/current/close')
  return { id, events: await eventsOf(daemon, id) }
}

/** Returns all events of a recording. */
export async function eventsOf(daemon: Daemon, id: string): Promise<LogEvent[]> {
  const { body } = await daemon.api('GET', `/recordings/${id}/events?limit=1000`)
  return body.items
}

/** Opens the inspector at a position of the log, and waits until it has read all events. */
export async function inspectAt(page: Page, id: string, position?: number): Promise<void> {
  await page.evaluate(
    (hash) => {
      location.hash = hash
    },
    `#/inspector/${id}${position === undefined ? '' : `?position=${position}`}`,
  )
  await page.locator('.inspector[data-complete="true"]').waitFor()
}

/** Waits until the inspector shows the recording after so many of its events. */
export async function untilIndex(page: Page, index: number): Promise<void> {
  await page.locator(`.inspector[data-index="${index}"]`).waitFor()
}

/** Reads the states that the inspector shows: control, session, then the tracks. */
export function shownStates(page: Page): Promise<(string | null)[]> {
  return page
    .locator('.chip')
    .evaluateAll((chips) => chips.map((chip) => chip.getAttribute('data-state')))
}

/** Reads the states that are lit in the charts: control, session, and the chosen track. */
export function litStates(page: Page): Promise<string[][]> {
  return page
    .locator('[data-chart]')
    .evaluateAll((charts) =>
      charts.map((chart) =>
        [...chart.querySelectorAll('[data-active="true"]')].map(
          (node) => node.getAttribute('data-node') ?? '',
        ),
      ),
    )
}
