/** The environment variables that tell the kind of a desktop session on Linux. */
export interface SessionEnvironment {
  XDG_SESSION_TYPE?: string | undefined
  WAYLAND_DISPLAY?: string | undefined
}

/**
 * Whether a session is one of Wayland. An X server within it (XWayland) shows nothing of the
 * desktop, so that only the desktop portal shows its screen.
 */
export function isWaylandSession(env: SessionEnvironment): boolean {
  if (env.XDG_SESSION_TYPE === 'wayland') return true
  return Boolean(env.WAYLAND_DISPLAY) && env.XDG_SESSION_TYPE !== 'x11'
}
