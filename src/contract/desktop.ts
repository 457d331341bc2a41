/** A change of the desktop that the recorder runs on. */
export type DesktopChange =
  /** The screen was locked, or another user took the desktop. */
  | { type: 'locked' }
  | { type: 'unlocked' }
  /** The computer goes to sleep. It waits a few seconds for `ready`. */
  | { type: 'sleeping'; ready(): void }
  | { type: 'awake' }
