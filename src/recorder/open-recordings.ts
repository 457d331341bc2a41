import { changesNothing } from '../contract/event-types.ts'
import type { NewEvent } from '../contract/events.ts'
import {
  evolve,
  initialRecording,
  type RecordingFold,
  recordingState,
} from '../machines/recording-fold.ts'

/** The recordings that are not closed, oldest first, as folds of their events. Immutable. */
export type OpenRecordings = ReadonlyMap<string, RecordingFold>

/** Folds one event into the open recordings. An event of no open recording changes nothing. */
export function evolveRecordings(recordings: OpenRecordings, event: NewEvent): OpenRecordings {
  const id = event.recordingId
  if (id === null || changesNothing(event)) return recordings
  const before =
    recordings.get(id) ?? (startsRecording(event) ? initialRecording(id, event) : undefined)
  if (!before) return recordings
  const after = evolve(before, event)
  const next = new Map(recordings)
  if (recordingState(after.session) === 'Closed') next.delete(id)
  else next.set(id, after)
  return next
}

/** Whether an event is a recording's first: the acceptance of the command that starts it. */
export function startsRecording<E extends NewEvent>(
  event: E,
): event is E & { recordingId: string } {
  return (
    event.type === 'command.accepted' &&
    event.data.command === 'recording.start' &&
    event.recordingId !== null
  )
}

/** The current recording: the newest that is not closed. */
export function currentRecording(recordings: OpenRecordings): RecordingFold | undefined {
  let newest: RecordingFold | undefined
  for (const fold of recordings.values()) newest = fold
  return newest
}

/** Whether its start has not been confirmed yet. */
export function isUnconfirmed(fold: RecordingFold): boolean {
  const { value } = fold.session
  return typeof value === 'object' && value.capturing === 'starting'
}

/** Whether capture is not over: the only state with states of its own. */
export function isCapturing(fold: RecordingFold): boolean {
  return typeof fold.session.value === 'object'
}
