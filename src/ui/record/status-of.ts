import type { ApplicationError, ApplicationView, RecordingAnswer } from '../../contract/views.ts'
import { WARNINGS } from '../../contract/warnings.ts'
import type { Link } from '../live/live-state.ts'

/** The state that the page shows large: one word, one colour, one icon. */
export type Status = 'unknown' | 'ready' | 'starting' | 'recording' | 'paused' | 'wrapUp' | 'error'

/**
 * Returns the state to show. Without a live connection it is unknown, whatever was the case
 * before. Errors outrank the state of the recording. Warnings do not: a pause that lasts too long
 * must still look like a pause.
 */
export function statusOf(
  link: Link,
  application: ApplicationView | null,
  recording: RecordingAnswer | null,
): Status {
  if (link.state !== 'live' || !application) return 'unknown'
  if (faultsOf(application).length > 0) return 'error'
  return recordingStatus(recording)
}

/** Returns the errors in force that are more than warnings. */
function faultsOf(application: ApplicationView): ApplicationError[] {
  return application.errors.filter(({ code }) => !(code in WARNINGS))
}

/** Returns the state of the recording alone, as the page last heard it. */
export function recordingStatus(
  recording: RecordingAnswer | null,
): Exclude<Status, 'unknown' | 'error'> {
  if (recording?.state === 'Active') {
    // A medium that starts or recovers does not record yet.
    const isRecorded = Object.values(recording.tracks).some(({ state }) => state === 'recording')
    return isRecorded ? 'recording' : 'starting'
  }
  if (recording?.state === 'Paused') return 'paused'
  if (recording?.state === 'WrapUp') return 'wrapUp'
  return 'ready'
}

/** Returns since when all of a recording is paused; null when it is not. */
export function pausedSince(recording: RecordingAnswer): string | null {
  if (recording.state !== 'Paused') return null
  const starts = Object.values(recording.tracks).flatMap(({ gaps }) =>
    gaps.filter(({ to, reason }) => to === null && reason === 'paused').map(({ from }) => from),
  )
  return starts.sort().at(-1) ?? null
}
