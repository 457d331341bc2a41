import type { Locator, Page } from 'playwright-core'
import type { Answer, Daemon } from '../../../lab/daemon.ts'

/** A state that the page shows large. */
export type Status = 'unknown' | 'ready' | 'starting' | 'recording' | 'paused' | 'wrapUp' | 'error'

/** Waits until the page shows a state. */
export async function untilStatus(page: Page, status: Status): Promise<void> {
  try {
    await page.locator(`.status[data-status="${status}"]`).waitFor()
  } catch (error) {
    const shown = await page.locator('body').innerText()
    throw new Error(`the page never showed ${status}, but:\n${shown}`, { cause: error })
  }
}

/** Waits until a track shows a state. */
export async function untilTrack(page: Page, medium: string, state: string): Promise<void> {
  await page.locator(`.track[data-medium="${medium}"][data-state="${state}"]`).waitFor()
}

/** Waits until all three media record. */
export async function untilAllRecord(page: Page): Promise<void> {
  for (const medium of ['mic', 'speaker', 'screen']) await untilTrack(page, medium, 'recording')
}

/** Returns the button with a name. */
export function button(page: Page, name: string | RegExp): Locator {
  return page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
}

/** How a person meets a command: as a button that works, as one that does not, or not at all. */
export type Offer = 'enabled' | 'disabled' | 'absent'

/** Returns how the page offers a command whose button has a name. */
export async function offerOf(page: Page, name: string | RegExp): Promise<Offer> {
  const found = button(page, name)
  if ((await found.count()) === 0) return 'absent'
  return (await found.first().getAttribute('aria-disabled')) === 'true' ? 'disabled' : 'enabled'
}

/** A client of the API with a token and a name of its own. */
export interface ApiClient {
  send(method: string, path: string, body?: unknown): Promise<Answer>
}

/** Creates a token and returns the client that has it. */
export async function createApiClient(daemon: Daemon, name: string): Promise<ApiClient> {
  const scopes = ['read', 'tag', 'control']
  const { body } = await daemon.api('POST', '/tokens', { name, scopes })
  const headers = { Authorization: `Bearer ${body.token}` }
  return { send: (method, path, sent) => daemon.api(method, path, sent, headers) }
}

/** Ends the current recording, whoever controls it, so that nothing is recorded. */
export async function endRecording(daemon: Daemon, page: Page): Promise<void> {
  const { body, status } = await daemon.api('GET', '/recordings/current')
  if (status === 404) return
  if (body.controller === 'api') {
    await daemon.api('POST', '/recordings/current/stop', {})
    await daemon.api('POST', '/recordings/current/close', {})
  } else {
    if (body.state !== 'WrapUp') await button(page, 'Stop').click()
    await button(page, 'Close').click()
  }
  await untilStatus(page, 'ready')
}
