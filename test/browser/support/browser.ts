import assert from 'node:assert/strict'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Daemon } from '../../../lab/daemon.ts'
import { missingPrograms } from '../../../lab/missing-programs.ts'
import { findProgram } from '../../../src/processes/find-program.ts'

/** Why tests in a browser cannot run here; null when they can. */
export const noBrowser: string | null = missingPrograms('browser')

/** Starts Debian's Chromium, without a window. The caller closes it. */
export async function startBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: findProgram('chromium', process.env) as string,
    // Tests run as root on build servers, where Chromium refuses its sandbox.
    args: ['--no-sandbox', '--disable-gpu', ...args],
  })
}

/** One window of the recorder's page, signed in. */
export interface RecorderPage {
  page: Page
  context: BrowserContext
  /** Asserts that the page raised no error and sent no request to another origin. */
  assertClean(): void
}

/** How to open the page. */
export interface OpenOptions {
  /** The fragment to open first, such as `#/recordings`. */
  fragment?: string
  width?: number
  height?: number
  colorScheme?: 'light' | 'dark'
  locale?: string
  /** Whether the session may hold and erase. */
  admin?: boolean
  /** Messages of the console that the test expects, besides none. */
  expectedErrors?: RegExp
}

/** Opens the page of a daemon in a new profile, through a launch URL. */
export async function openRecorderPage(
  browser: Browser,
  daemon: Daemon,
  { fragment = '#/', width = 1440, height = 900, ...options }: OpenOptions = {},
): Promise<RecorderPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: options.colorScheme ?? 'light',
    locale: options.locale ?? 'en-US',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const faults: string[] = []
  const isExpected = (text: string): boolean => options.expectedErrors?.test(text) ?? false
  page.on('pageerror', (error) => faults.push(`error: ${error.stack ?? error}`))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !isExpected(text)) faults.push(`console: ${text}`)
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== daemon.url && protocol.startsWith('http'))
      faults.push(`foreign request: ${request.url()}`)
  })
  const { body } = await daemon.api('POST', '/ui/launch', { admin: options.admin ?? false })
  await page.goto(body.url)
  if (fragment !== '#/') await page.goto(`${daemon.url}/${fragment}`)
  return { page, context, assertClean: () => assert.deepEqual(faults, []) }
}
