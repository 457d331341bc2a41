import type { LogEvent, NewEvent } from '../../../src/events/events.ts'
import type { RecordingView, TrackView } from '../../../src/events/resources.ts'
import { project, type RecordingProjection } from '../../../src/store/projection/recording.ts'

/** The recording after its events, as the log would number them. */
export function folded(events: NewEvent[]): RecordingProjection | undefined {
  let recording: RecordingProjection | undefined
  for (const [i, event] of events.entries()) {
    const logged = { ...event, position: i + 1 } as LogEvent
    const before = structuredClone(recording)
    const after = project(recording, logged)
    if (JSON.stringify(recording) !== JSON.stringify(before)) throw new Error(`${event.type} changed what was there`)
    recording = after
  }
  return recording
}

/** What clients see after the events. */
export function viewOf(events: NewEvent[]): RecordingView {
  const recording = folded(events)
  if (recording === undefined) throw new Error('There is no recording.')
  return recording.view
}

/** The microphone's track after the events. */
export function micOf(events: NewEvent[]): TrackView {
  return viewOf(events).tracks.mic as TrackView
}
