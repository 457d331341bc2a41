/** The state of a session of systemd-logind, as far as the recorder is concerned. */
export interface SessionState {
  /** Names the session in the paths of its signals. */
  id: string | undefined
  /** Its screen is locked (`LockedHint`). */
  isLocked: boolean
  /** It has the screen and the keyboard (`Active`). Another user's session may have them. */
  isActive: boolean
}

/**
 * Reads the properties of a session, which are those of org.freedesktop.login1(5). Undefined when
 * they are none.
 */
export function readSession(properties: unknown): SessionState | undefined {
  if (!(properties instanceof Map)) return undefined
  const { Active, LockedHint, Id } = Object.fromEntries(properties)
  if (typeof Active !== 'boolean') return undefined
  return {
    id: typeof Id === 'string' ? Id : undefined,
    isLocked: LockedHint === true,
    isActive: Active,
  }
}

/** Whether the path of a signal is that of the session. Paths escape what is no letter. */
export function isOwnSession(path: string, { id }: SessionState): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name === 'auto' || id === undefined) return true
  const unescaped = name.replaceAll(/_([0-9a-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return unescaped === id
}
