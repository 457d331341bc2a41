import type { VerificationsPort } from '../../../src/audit/verify/port.ts'

/** No verifications: they need a log. */
export const NO_VERIFICATIONS: VerificationsPort = {
  begin() {
    throw new Error('There is no log to verify.')
  },
  find: () => undefined,
}
