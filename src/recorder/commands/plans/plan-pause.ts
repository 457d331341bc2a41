import type { CommandRequests } from '../../../contract/commands.ts'
import type { Medium } from '../../../contract/media.ts'
import { isCapturingTrack } from '../../../machines/recording-fold.ts'
import type { EventBatch } from '../../facts/event-batch.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'

/** Adds the facts of an accepted pause and cuts the segments. Returns those that must still end. */
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
  const ending = media.flatMap((medium) => {
    const track = batch.recording(id).tracks[medium]
    const { segment } = track.context
    // The recorder has paused it already. From now on it is the client's pause.
    if (isCapturingTrack(track)) {
      batch.cut(id, medium, 'pause', { overdueAt, reason })
      return [{ medium, segment }]
    }
    if (overdueAt !== undefined) batch.add(id, 'track.pauseLimited', { medium, overdueAt })
    return track.value === 'pausing' ? [{ medium, segment }] : []
  })
  batch.addRecordingState(id, 'stopped')
  return ending
}
