import type { Device, Medium } from '../../../contract/media.ts'
import type { EventBatch } from '../../facts/event-batch.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'

/** Adds the facts of an accepted resume. Returns the segments whose media must flow. */
export function planResume(batch: EventBatch, id: string, media: Medium[]): SegmentRef[] {
  batch.accept(id, 'track.resume', media)
  batch.confirm(id)
  const begun = media.map((medium) => {
    const track = batch.recording(id).tracks[medium]
    const segment = track.context.segment + 1
    // The cut has long taken effect; only the old segment's processes are still ending.
    if (track.value === 'pausing') batch.add(id, 'track.paused', { medium })
    batch.add(id, 'track.resuming', { medium, segment, device: track.context.device as Device })
    return { medium, segment }
  })
  batch.addRecordingState(id, 'stopped')
  return begun
}
