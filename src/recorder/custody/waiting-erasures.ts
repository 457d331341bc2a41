import { type CustodyRules, isRefusedConsent } from '../../contract/custody.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { EventLog } from '../../store/port.ts'
import type { EventBatch } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'

/** The parts with which they are found. */
export interface WaitingErasuresOptions {
  log: Pick<EventLog, 'closedRecordings' | 'pending'>
  facts: Pick<FactPipeline, 'recordings'>
  rules(): CustodyRules
}

/**
 * Finds the recordings that would be erased for want of consent if the log had not lost its end
 * after `lostFrom` (RFC 3339), and perhaps holds with it. Resolves with their ids.
 */
export async function findWaitingErasures(
  options: WaitingErasuresOptions,
  lostFrom: string,
): Promise<string[]> {
  const { log, facts, rules } = options
  if (!rules().consent.eraseWhenWithdrawn) return []
  const ids = [...facts.recordings.keys()]
  // One whose consent was gone when it was closed before was not to be erased then.
  for await (const view of log.closedRecordings({ tagKeys: new Set() }))
    if ((view.closedAt ?? '') > lostFrom || (view.consent?.at ?? '') > lostFrom) ids.push(view.id)
  return ids.filter((id) => lacksConsent(log.pending(id)))
}

/** Adds the erasure of those of them that still lack consent, and are not held. */
export function eraseWaiting(
  batch: EventBatch,
  ids: readonly string[],
  { log }: Pick<WaitingErasuresOptions, 'log'>,
  system: Parameters<EventBatch['endWithoutConsent']>[1],
): void {
  for (const id of ids) if (lacksConsent(log.pending(id))) batch.endWithoutConsent(id, system)
}

function lacksConsent(view: RecordingView | undefined): boolean {
  if (view === undefined || view.erased !== null || view.holds.length > 0) return false
  return isRefusedConsent(view.consent?.state ?? null)
}
