/** A change of the desktop that the recorder runs on. */
export type DesktopChange =
  /** The screen was locked, or another user took the desktop. */
  | { type: 'locked' }
  | { type: 'unlocked' }
  /** The computer goes to sleep. It waits a few seconds for `ready`. */
  | { type: 'sleeping'; ready(): void }
  | { type: 'awake' }

/** Why the desktop is not watched, and what to do about it, in whole sentences. */
export interface DesktopProblem {
  detail: string
  remedy: string
}

/** A watch over the desktop's lock and the computer's sleep. */
export interface DesktopWatch {
  /** Resolves within about a second with why nothing is watched; null while it is. */
  problem(): Promise<DesktopProblem | null>
  /** Ends the watch. Resolves when no process is left. */
  close(): Promise<void>
}

/**
 * Starts a watch. The desktop counts as unlocked until a change says otherwise. Never throws: what
 * cannot be watched is a `problem`.
 */
export type WatchDesktop = (onChange: (change: DesktopChange) => void) => DesktopWatch
