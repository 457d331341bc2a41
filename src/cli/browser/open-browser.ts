import { spawn } from 'node:child_process'

/** An opener that still runs after this time has opened a browser and waits for it. */
const OPENER_LIMIT_MS = 3_000

/**
 * Opens a URL in the user's browser, with the platform's own command. Resolves to false if that
 * fails. The URL stands on a command line, which other users can see: see decision 13.
 */
export async function openBrowser(
  url: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const [command, ...args] = openerOf(url, platform)
  return openWindow(command, args, env, platform)
}

/**
 * Starts a program that opens a window and outlives the command. Resolves to false if that fails.
 */
export async function openWindow(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return false
  const opener = spawn(command, args, { env, stdio: 'ignore', detached: true })
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), OPENER_LIMIT_MS)
    const settle = (opened: boolean) => {
      clearTimeout(timer)
      resolve(opened)
    }
    opener.on('error', () => settle(false))
    opener.on('exit', (code) => settle(code === 0))
    // The browser stays open when the command ends.
    opener.unref()
  })
}

function openerOf(url: string, platform: NodeJS.Platform): [command: string, ...args: string[]] {
  if (platform === 'darwin') return ['open', url]
  // Not `start`: the command interpreter would interpret `&` in a URL.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url]
  return ['xdg-open', url]
}
