import type { LogEvent, NewEvent } from '../../../src/contract/events.ts'
import type { Medium } from '../../../src/contract/media.ts'
import type { RecordingView, TrackView } from '../../../src/contract/views.ts'
import { project, type RecordingProjection } from '../../../src/store/projection/recording.ts'

/** The recording after its events, as the log would number them. */
export function folded(events: NewEvent[]): RecordingProjection | undefined {
  let recording: RecordingProjection | undefined
  for (const [i, event] of events.entries()) {
    const logged = { ...event, position: i + 1 } as LogEvent
    const before = structuredClone(recording)
    const after = project(recording, logged)
    if (JSON.stringify(recording) !== JSON.stringify(before))
      throw new Error(`${event.type} changed what was there`)
    recording = after
  }
  return recording
}

/**
 * When capture is over and every file closed, spans and gaps cover a track's time, in turn, from
 * the recording's start to its end.
 */
function assertAccounted({ view, trails }: RecordingProjection): void {
  if (view.endedAt === null) return
  for (const [medium, history] of Object.entries(trails)) {
    if (history.some((entry) => entry.startedAt !== null && entry.endedAt === null)) continue
    const { spans = [], gaps = [] } = view.tracks[medium as Medium] ?? {}
    let until = view.startedAt
    for (const { from, to } of [...spans, ...gaps].sort((a, b) => (a.from < b.from ? -1 : 1))) {
      if (from !== until || to === null)
        throw new Error(`${medium}: ${from}–${to} follows ${until}`)
      until = to
    }
    if (until !== view.endedAt)
      throw new Error(`${medium} is accounted for until ${until}, not ${view.endedAt}`)
  }
}

/** Returns the view of a recording after the events. */
export function viewOf(events: NewEvent[]): RecordingView {
  const recording = folded(events)
  if (recording === undefined) throw new Error('There is no recording.')
  assertAccounted(recording)
  return recording.view
}

/** The microphone's track after the events. */
export function micOf(events: NewEvent[]): TrackView {
  return viewOf(events).tracks.mic as TrackView
}
