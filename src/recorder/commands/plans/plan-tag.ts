import type { CommandRequests } from '../../../contract/commands.ts'
import type { EventBatch } from '../../facts/event-batch.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'

/** Adds the facts of accepted tags. No segment has to be waited for. */
export function planTag(
  batch: EventBatch,
  id: string,
  { tags }: CommandRequests['recording.tag'],
): SegmentRef[] {
  batch.accept(id, 'recording.tag')
  batch.confirm(id)
  batch.add(id, 'recording.tagged', { tags })
  return []
}
