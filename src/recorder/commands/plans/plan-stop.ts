import type { Medium } from '../../../contract/media.ts'
import { isCapturingTrack } from '../../../machines/recording-fold.ts'
import type { EventBatch, WrapUpReason } from '../../facts/event-batch.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'

/** Adds the facts of an accepted stop and cuts what flows. Returns the segments that must end. */
export function planStop(
  batch: EventBatch,
  id: string,
  media: Medium[],
  reason: WrapUpReason,
): SegmentRef[] {
  batch.accept(id, 'track.stop', media)
  batch.confirm(id)
  const cut = stopTracks(batch, id, media, reason === 'storageFull' ? reason : 'command')
  batch.addRecordingState(id, reason)
  return cut
}

/** Stops tracks and cuts what flows. Returns the segments that must end. */
export function stopTracks(
  batch: EventBatch,
  id: string,
  media: Medium[],
  how: 'command' | 'storageFull',
): SegmentRef[] {
  return media.flatMap((medium) => {
    const track = batch.recording(id).tracks[medium]
    const mustEnd = track.value === 'pausing' || isCapturingTrack(track)
    if (mustEnd) batch.cut(id, medium, how)
    else batch.add(id, 'track.stopped', { medium, reason: how })
    return mustEnd ? [{ medium, segment: track.context.segment }] : []
  })
}
