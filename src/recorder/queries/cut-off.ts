import { MEDIA } from '../../contract/media.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { UnrecordedEnd } from '../facts/fact-pipeline.ts'

/**
 * Shows a recording whose log has failed as ended: capture is over, though no event says so yet.
 */
export function cutOff(
  view: RecordingView,
  { error: { code, message }, since }: UnrecordedEnd,
): RecordingView {
  if (view.state === 'WrapUp' || view.state === 'Closed') return view
  const tracks = { ...view.tracks }
  for (const medium of MEDIA) {
    const track = tracks[medium]
    if (track && track.state !== 'off' && track.state !== 'stopped') {
      tracks[medium] = { ...track, state: 'failed', error: { code, message, since } }
    }
  }
  return { ...view, state: 'WrapUp', tracks }
}
