/** The state of a session of systemd-logind, as far as the recorder is concerned. */
export interface SessionState {
  /** Its screen is locked (`LockedHint`). */
  isLocked: boolean
  /** It has the screen and the keyboard (`Active`). Another user's session may have them. */
  isActive: boolean
}

/** A signal of systemd-logind. */
export type LogindSignal =
  | { type: 'prepareForSleep'; isBeginning: boolean }
  /** Somebody asked the session at `path` to lock or unlock its screen. */
  | { type: 'lock' | 'unlock'; path: string }
  /** Something about a session has changed. */
  | { type: 'changed' }

const LINE = /^(\/\S+): (org\.freedesktop\.[\w.]+) \((.*)\)$/
const SESSION = 'org.freedesktop.login1.Session'

/**
 * Reads a line of `gdbus monitor`. Undefined for what does not matter. The interfaces are those of
 * org.freedesktop.login1(5).
 */
export function parseLogindSignal(line: string): LogindSignal | undefined {
  const [, path = '', name = '', data = ''] = LINE.exec(line.trim()) ?? []
  switch (name) {
    case 'org.freedesktop.login1.Manager.PrepareForSleep':
      return { type: 'prepareForSleep', isBeginning: data.startsWith('true') }
    case `${SESSION}.Lock`:
      return { type: 'lock', path }
    case `${SESSION}.Unlock`:
      return { type: 'unlock', path }
    case 'org.freedesktop.DBus.Properties.PropertiesChanged':
      return data.startsWith(`'${SESSION}'`) ? { type: 'changed' } : undefined
    default:
      return undefined
  }
}

/** Reads the answer of `gdbus call … GetAll` about a session. Undefined when it is none. */
export function parseSession(
  output: string,
): (SessionState & { id: string | undefined }) | undefined {
  const active = /'Active': <(true|false)>/.exec(output)?.[1]
  if (active === undefined) return undefined
  const locked = /'LockedHint': <(true|false)>/.exec(output)?.[1]
  const id = /'Id': <'([^']*)'>/.exec(output)?.[1]
  return { isLocked: locked === 'true', isActive: active === 'true', id }
}
