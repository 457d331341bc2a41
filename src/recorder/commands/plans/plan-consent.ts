import { type Consent, isRefusedConsent } from '../../../contract/custody.ts'
import { MEDIA } from '../../../contract/media.ts'
import { trackState } from '../../../machines/recording-fold.ts'
import type { EventBatch } from '../../facts/event-batch.ts'
import type { SegmentRef } from '../../facts/segment-ledger.ts'
import { isCapturing } from '../../open-recordings.ts'
import { stopTracks } from './plan-stop.ts'

/**
 * Adds the fact of a consent. One that was declined or withdrawn ends all capture like a stop.
 * Where the rules say so, the recording is also closed and erased, as soon as its files are
 * finished. Returns the segments that must end.
 */
export function planConsent(batch: EventBatch, id: string, consent: Consent): SegmentRef[] {
  batch.accept(id, 'recording.consent')
  batch.confirm(id)
  batch.add(id, 'recording.consentRecorded', consent)
  if (!isRefusedConsent(consent.state)) return []
  const cut = endCapture(batch, id)
  batch.endWithoutConsent(id)
  return cut
}

function endCapture(batch: EventBatch, id: string): SegmentRef[] {
  if (!isCapturing(batch.recording(id))) return []
  const { tracks } = batch.recording(id)
  const media = MEDIA.filter((medium) => !['off', 'stopped'].includes(trackState(tracks[medium])))
  const cut = stopTracks(batch, id, media, 'command')
  batch.addRecordingState(id, 'noConsent')
  return cut
}
