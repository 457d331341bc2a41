import type { ErrorCode } from './errors.ts'
import type { ApplicationView } from './views.ts'

/** Tells readers of the event stream that the log is in another state. It is not in the log. */
export interface LogMessage {
  log: ApplicationView['storage']['log']
  /** Why it cannot be written: a code of the registry, and what has happened. */
  code?: ErrorCode
  detail?: string
  /** RFC 3339. */
  at: string
}
