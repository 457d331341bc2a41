import type { Medium } from '../../../contract/media.ts'
import type { EventBatch } from '../../facts/event-batch.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'
import { type FoundDevices, foundDevice } from '../find-devices.ts'

/** Adds the facts of an accepted start of tracks. Returns the segments whose media must flow. */
export function planTrackStart(
  batch: EventBatch,
  id: string,
  media: Medium[],
  devices: FoundDevices,
): SegmentRef[] {
  batch.accept(id, 'track.start', media)
  batch.confirm(id)
  const begun = media.map((medium) => {
    const track = batch.recording(id).tracks[medium]
    const segment = track.context.segment + 1
    if (track.value === 'stopping') batch.add(id, 'track.stopped', { medium, reason: 'command' })
    batch.add(id, 'track.starting', { medium, segment, device: foundDevice(devices, medium) })
    return { medium, segment }
  })
  batch.addRecordingState(id, 'stopped')
  return begun
}
