/** The environment variables that tell the kind of a desktop session on Linux. */
export interface SessionEnvironment {
  XDG_SESSION_TYPE?: string | undefined
  WAYLAND_DISPLAY?: string | undefined
  DISPLAY?: string | undefined
}

/** Names the variables that tell the kind of a session, in a whole sentence. */
export function sessionReason(env: SessionEnvironment): string {
  if (env.XDG_SESSION_TYPE === 'wayland') return 'XDG_SESSION_TYPE is wayland.'
  const isX11 = env.XDG_SESSION_TYPE === 'x11'
  if (!isX11 && env.WAYLAND_DISPLAY)
    return `WAYLAND_DISPLAY is ${env.WAYLAND_DISPLAY}, and XDG_SESSION_TYPE is not x11.`
  const why = isX11 ? 'XDG_SESSION_TYPE is x11' : 'WAYLAND_DISPLAY is not set'
  return `${why}, and DISPLAY is ${env.DISPLAY || 'not set'}.`
}

/**
 * Whether a session is one of Wayland. An X server within it (XWayland) shows nothing of the
 * desktop, so that only the desktop portal shows its screen.
 */
export function isWaylandSession(env: SessionEnvironment): boolean {
  if (env.XDG_SESSION_TYPE === 'wayland') return true
  return Boolean(env.WAYLAND_DISPLAY) && env.XDG_SESSION_TYPE !== 'x11'
}
