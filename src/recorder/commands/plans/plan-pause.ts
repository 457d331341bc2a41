import type { CommandRequests } from '../../../contract/commands.ts'
import type { Medium } from '../../../contract/media.ts'
import type { EventBatch } from '../../facts/event-batch.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'

/** Adds the facts of an accepted pause and cuts the segments. Returns those that must end. */
export function planPause(
  batch: EventBatch,
  id: string,
  media: Medium[],
  { maxPauseSeconds, reason }: CommandRequests['track.pause'],
): SegmentRef[] {
  batch.accept(id, 'track.pause', media)
  batch.confirm(id)
  const overdueAt =
    maxPauseSeconds === undefined
      ? undefined
      : new Date(batch.atMs + maxPauseSeconds * 1000).toISOString()
  const cut = media.map((medium) => {
    const { segment } = batch.recording(id).tracks[medium].context
    batch.cut(id, medium, 'pause', { overdueAt, reason })
    return { medium, segment }
  })
  batch.addRecordingState(id, 'stopped')
  return cut
}
