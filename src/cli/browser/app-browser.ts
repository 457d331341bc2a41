import { join } from 'node:path'
import { findOnPath, isProgram } from '../find-on-path.ts'

/** Browsers that can show a page as a window of its own (`--app`), by their names on `PATH`. */
const NAMES = [
  ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  ...['microsoft-edge', 'microsoft-edge-stable', 'brave-browser', 'brave'],
]

/** The same browsers on macOS, in the folder of applications. Untried. */
const MAC_APPS = ['Chromium', 'Google Chrome', 'Microsoft Edge', 'Brave Browser']

/** The same browsers on Windows, in the folders of programs. Untried. */
const WINDOWS_PATHS = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['BraveSoftware', 'Brave-Browser', 'Application', 'brave.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
]

/** Finds a browser that can show the page as a window of its own; null when there is none. */
export async function findAppBrowser(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<string | null> {
  for (const name of NAMES) {
    const path = await findOnPath(name, env)
    if (path !== null) return path
  }
  for (const path of usualPaths(env, platform)) if (await isProgram(path)) return path
  return null
}

function usualPaths(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  if (platform === 'darwin')
    return MAC_APPS.map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`)
  if (platform !== 'win32') return []
  const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
  return folders.flatMap((folder) =>
    folder ? WINDOWS_PATHS.map((path) => join(folder, ...path)) : [],
  )
}

/** The size of a window, in pixels. */
export interface WindowSize {
  width: number
  height: number
}

/** Returns the arguments by which such a browser shows a URL as a window of its own. */
export function appArguments(url: string, { width, height }: WindowSize): string[] {
  return [`--app=${url}`, `--window-size=${width},${height}`]
}
