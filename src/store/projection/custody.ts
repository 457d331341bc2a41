import type { EventOf } from '../../contract/events.ts'
import type { RecordingView } from '../../contract/views.ts'

/** The events of custody that change what clients see of a recording. */
export type CustodyEvent = EventOf<
  'recording.consentRecorded' | 'recording.held' | 'recording.holdReleased' | 'recording.erasing'
>

/** Folds an event of custody into a recording. Pure. */
export function projectCustody(view: RecordingView, event: CustodyEvent): RecordingView {
  const { at, by } = event
  switch (event.type) {
    case 'recording.consentRecorded':
      return { ...view, consent: { ...event.data, at, by } }
    case 'recording.held': {
      const { holdId: id, reason } = event.data
      return { ...view, holds: [...view.holds, { id, reason, at, by }] }
    }
    case 'recording.holdReleased':
      return { ...view, holds: view.holds.filter(({ id }) => id !== event.data.holdId) }
    case 'recording.erasing': {
      const { cause, reason } = event.data
      const consent = view.consent && withoutNote(view.consent)
      return { ...view, tags: [], consent, erased: { at, by, cause, reason } }
    }
  }
}

function withoutNote(consent: NonNullable<RecordingView['consent']>): RecordingView['consent'] {
  const { note: _, ...others } = consent
  return others
}
