import type { AuditPort } from '../../../src/audit/questions/port.ts'

const nothing = async () => ({ items: [], nextCursor: null })

/** Answers all of the auditor's questions with nothing: tests of everything else ask none. */
export const NO_AUDIT: AuditPort = {
  ...{ events: nothing, refusals: nothing, accesses: nothing, clientActivity: nothing },
  ...{ gaps: nothing, longPauses: nothing, untagged: nothing },
}
