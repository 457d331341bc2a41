import type { EventBatch } from '../../facts/event-batch.ts'
import type { SegmentLedger, SegmentRef } from '../../facts/segment-ledger.ts'

/** Adds the fact of an accepted close. Returns the segments whose files must be finished first. */
export function planClose(
  batch: EventBatch,
  id: string,
  ledger: Pick<SegmentLedger, 'unfinished'>,
): SegmentRef[] {
  batch.accept(id, 'recording.close')
  return ledger.unfinished(id)
}
