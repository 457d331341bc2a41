import type { CommandResult } from '../command.ts'
import type { Api } from '../connection/api.ts'
import { localProblem } from '../problem.ts'
import { appArguments, findAppBrowser, type WindowSize } from './app-browser.ts'
import { openBrowser, openWindow } from './open-browser.ts'

/** How to open a place of the recorder's page. */
export interface OpenPageOptions {
  /** The place's name at the beginning of a sentence. */
  what: string
  /** The command that opens it. */
  command: 'f2f ui' | 'f2f inspect'
  /** The fragment of the place, such as `#/inspector`. Default: the page's first view. */
  fragment?: string
  /** As a window of its own. */
  app: boolean
  /** The size of such a window. Default: small. */
  size?: WindowSize
  /** Prints the URL in place of opening it. */
  printsUrl: boolean
  /** Whether the page may hold and erase recordings (scope `admin`). Default: it may not. */
  admin?: boolean
}

const SMALL: WindowSize = { width: 420, height: 720 }

/** Opens a place of the recorder's page, with a URL that signs the browser in. */
export async function openPage(
  api: Api,
  env: NodeJS.ProcessEnv,
  { what, command, fragment = '', app, size = SMALL, printsUrl, admin }: OpenPageOptions,
): Promise<CommandResult> {
  // Before the launch: nobody would use the URL.
  const browser = app ? await requireAppBrowser(env, command) : null
  const { url, ...more } = await api.launchUrl(admin ? { admin } : {})
  // A redirect leads to the fragment of the URL that was opened (RFC 9110, 10.2.2).
  const launch = { url: url + fragment, ...more }
  if (browser !== null) {
    const isOpen = await openWindow(browser, appArguments(launch.url, size), env)
    return opened(launch, isOpen, `${what} is opening as a window of its own.`)
  }
  if (printsUrl) return { json: launch, text: launch.url }
  return opened(launch, await openBrowser(launch.url, env), `${what} is opening in your browser.`)
}

async function requireAppBrowser(env: NodeJS.ProcessEnv, command: string): Promise<string> {
  const browser = await findAppBrowser(env)
  if (browser !== null) return browser
  throw localProblem('FAILED', 'No browser that can show a window of its own was found.', {
    detail: 'Looked for Chromium, Chrome, Edge and Brave.',
    remedy: `Install one of them, or open it in your browser with \`${command}\`.`,
  })
}

function opened(launch: { url: string }, isOpen: boolean, text: string): CommandResult {
  if (isOpen) return { json: launch, text }
  return {
    json: launch,
    text: launch.url,
    note: 'No browser could be opened. Please open this URL within 60 seconds.',
  }
}
