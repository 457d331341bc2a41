import { countActivity } from './count-activity.ts'
import { listAccesses, listEvents, listRefusals } from './list-events.ts'
import { listGaps, listLongPauses } from './list-gaps.ts'
import { listUntagged } from './list-untagged.ts'
import type { AuditPort } from './port.ts'
import type { AuditSources } from './sources.ts'

/** Creates what answers the auditor's questions. */
export function createAudit(sources: AuditSources): AuditPort {
  return {
    events: (query) => listEvents(sources, query),
    refusals: (query) => listRefusals(sources, query),
    accesses: (query) => listAccesses(sources, query),
    clientActivity: (query) => countActivity(sources, query),
    gaps: (query) => listGaps(sources, query),
    longPauses: (query) => listLongPauses(sources, query),
    untagged: (query) => listUntagged(sources, query),
  }
}
