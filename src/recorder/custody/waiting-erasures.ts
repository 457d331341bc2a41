import { type CustodyRules, isRefusedConsent } from '../../contract/custody.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { EventLog } from '../../store/port.ts'
import type { EventBatch } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'

const PAGE = 500

/** The parts with which they are found. */
export interface WaitingErasuresOptions {
  log: Pick<EventLog, 'audit' | 'pending'>
  facts: Pick<FactPipeline, 'recordings'>
  rules(): CustodyRules
}

/** The events behind which a closed recording may have to be erased for want of consent. */
const ERASING = ['recording.consentRecorded', 'recording.holdReleased', 'recording.closed'] as const

/**
 * Finds the recordings that would be erased for want of consent if the log had not lost its end
 * after `lostFrom` (RFC 3339), and perhaps holds with it. Resolves with their ids. Rejects as the
 * log does.
 */
export async function findWaitingErasures(
  options: WaitingErasuresOptions,
  lostFrom: string,
): Promise<string[]> {
  const { log, facts, rules } = options
  if (!rules().consent.eraseWhenWithdrawn) return []
  const ids = new Set(facts.recordings.keys())
  const types = ['log.witnessLost'] as const
  const { items } = await log.audit.events({ types, from: lostFrom, order: 'oldest', limit: 1 })
  for (let after: number | null = items[0]?.position ?? null; after !== null; ) {
    const query = { types: ERASING, order: 'oldest', limit: PAGE, after } as const
    const { items, next } = await log.audit.events(query)
    for (const { recordingId } of items) if (recordingId !== null) ids.add(recordingId)
    after = next
  }
  return [...ids].filter((id) => lacksConsent(log.pending(id)))
}

/** Adds the erasure of those of them that still lack consent, and are not held. */
export function eraseWaiting(
  batch: EventBatch,
  ids: readonly string[],
  { log }: Pick<WaitingErasuresOptions, 'log'>,
): void {
  for (const id of ids) if (lacksConsent(log.pending(id))) batch.endWithoutConsent(id)
}

function lacksConsent(view: RecordingView | undefined): boolean {
  if (view === undefined || view.erased !== null || view.holds.length > 0) return false
  return isRefusedConsent(view.consent?.state ?? null)
}
