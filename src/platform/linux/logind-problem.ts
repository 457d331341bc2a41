import type { DesktopProblem } from '../../contract/desktop.ts'
import type { ToolResult } from '../../processes/run-tool.ts'

/** The program with which logind is asked is missing. */
export const NO_GDBUS: DesktopProblem = {
  detail: 'The program gdbus is not installed.',
  remedy: 'Install it (Debian: libglib2.0-bin).',
}

/** There is no logind, or it does not answer now. */
export const NO_LOGIND: DesktopProblem = {
  detail: 'The service systemd-logind does not answer.',
  remedy:
    'Use a system with systemd-logind, or start the service. Until then, pause the recording before you lock the screen.',
}

const NO_BUS: DesktopProblem = {
  detail: 'The system bus (D-Bus), on which systemd-logind answers, cannot be reached.',
  remedy:
    'Start the recorder where the bus is, outside of a container. Until then, pause the recording before you lock the screen.',
}

const NO_SESSION: DesktopProblem = {
  detail: 'The recorder belongs to no session of systemd-logind.',
  remedy:
    'Start the recorder as a user who has logged in to the desktop, for example with `f2f service install`.',
}

/** Decides by a failed `gdbus call` about the session why nothing can be watched. */
export function logindProblem({ outcome, stderr }: ToolResult): DesktopProblem {
  if (outcome === 'notInstalled') return NO_GDBUS
  if (outcome === 'timeout' || /ServiceUnknown|NameHasNoOwner|NoReply/.test(stderr))
    return NO_LOGIND
  return stderr.includes('Error connecting') ? NO_BUS : NO_SESSION
}
