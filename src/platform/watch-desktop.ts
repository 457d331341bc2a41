import type { WatchDesktop } from '../contract/desktop.ts'
import { LogindWatch } from './linux/logind-watch.ts'

/**
 * Returns how the desktop of this system is watched. Windows (session notifications of the window
 * station) and macOS (`com.apple.screenIsLocked`, IOKit) are designed for this port, but not built.
 */
export function desktopWatcher(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): WatchDesktop {
  if (platform === 'linux') return (onChange) => new LogindWatch(env, onChange)
  const problem = 'On this system, a locked screen is not noticed yet.'
  return () => ({ problem, close: async () => {} })
}
