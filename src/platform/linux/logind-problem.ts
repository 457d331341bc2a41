import type { DesktopProblem } from '../../contract/desktop.ts'
import { BusError } from '../../dbus/connection.ts'

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

/** The bus's own errors for a service that is not there, or ends before it answers. */
const NOBODY_ANSWERS = /\.(ServiceUnknown|NameHasNoOwner|NoReply|Spawn\.\w+|TimedOut)$/

/** Decides by what failed, the bus or the call of logind, why nothing can be watched. */
export function logindProblem(error: unknown): DesktopProblem {
  if (!(error instanceof BusError)) return NO_SESSION
  if (error.kind === 'silent') return NO_LOGIND
  // An answer to a call has a name; a bus that does not let us in gives none.
  if (error.kind === 'absent' || error.errorName === undefined) return NO_BUS
  return NOBODY_ANSWERS.test(error.errorName) ? NO_LOGIND : NO_SESSION
}
