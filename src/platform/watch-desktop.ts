import type { DesktopProblem, WatchDesktop } from '../contract/desktop.ts'
import { LogindWatch } from './linux/logind-watch.ts'

const NOT_BUILT: DesktopProblem = {
  detail: 'The recorder cannot watch the desktop of this system yet.',
  remedy: 'Pause the recording before you lock the screen.',
}

/**
 * Returns how the desktop of this system is watched. Windows (session notifications of the window
 * station) and macOS (`com.apple.screenIsLocked`, IOKit) are designed for this port, but not built.
 */
export function desktopWatcher(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): WatchDesktop {
  if (platform === 'linux') return (onChange) => new LogindWatch(env, onChange)
  return () => ({ problem: async () => NOT_BUILT, close: async () => {} })
}
