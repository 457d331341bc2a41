import { signal } from '@preact/signals'
import type { By } from '../../../contract/by.ts'
import { isRefusedConsent } from '../../../contract/custody.ts'
import type { LogEvent } from '../../../contract/events.ts'
import { configuration } from '../../live/configuration.ts'
import { application, current, onEvent } from '../../live/live-state.ts'

/** A consent that was declined or withdrawn, and what became of its recording. */
export interface RefusedConsent {
  recordingId: string
  state: 'declined' | 'withdrawn'
  at: string
  by: By
  /** `held`: it would be erased, but a hold keeps it. */
  fate: 'kept' | 'held' | 'erasing' | 'erased'
}

/** The last refused consent of this page's time, until the next start; null when there is none. */
export const refusedConsent = signal<RefusedConsent | null>(null)

// Whoever notes it: a program's command ends the recording in front of the person, too.
onEvent((event) => {
  refusedConsent.value = afterEvent(refusedConsent.value, event)
})

function afterEvent(before: RefusedConsent | null, event: LogEvent): RefusedConsent | null {
  if (event.type === 'recording.consentRecorded') return refusalOf(event) ?? before
  if (event.type === 'recording.starting') return null
  if (before?.fate === 'erasing' && isWaiting(event)) return { ...before, fate: 'kept' }
  if (before === null || event.recordingId !== before.recordingId) return before
  if (event.type === 'recording.erasing') return { ...before, fate: 'erasing' }
  return event.type === 'recording.erased' ? { ...before, fate: 'erased' } : before
}

/** Nothing is erased while the log may lack holds. Where it is all the same, an event says so. */
const WAITS = 'RETENTION_WAITS'

const isWaiting = (event: LogEvent): boolean =>
  event.type === 'warning.raised' && event.data.code === WAITS

function refusalOf(event: LogEvent & { type: 'recording.consentRecorded' }): RefusedConsent | null {
  const { recordingId, at, by } = event
  const { state } = event.data
  const { value: recording } = current
  if (recordingId === null || recording?.id !== recordingId) return null
  if (!isRefusedConsent(state) || state === 'granted') return null
  const fate = !configuration.value.erasesWithoutConsent
    ? 'kept'
    : recording.holds.length > 0
      ? 'held'
      : application.value?.errors.some(({ code }) => code === WAITS)
        ? 'kept'
        : 'erasing'
  return { recordingId, state, at, by, fate }
}
