import type { LogEvent } from '../../contract/events.ts'
import { segmentKey } from '../../contract/segment-key.ts'
import type { FileEvent } from './check-segments.ts'

/** The media that are gone, because the log says that they were removed. */
export class RemovedMedia {
  readonly #recordings = new Set<string>()
  /** The position of the event that says so. */
  readonly #segments = new Map<string, number>()

  /** Observes each event of the log, in order. */
  observe({ type, recordingId, data, position }: LogEvent): void {
    if (type === 'recording.erasing' || type === 'recording.startFailed')
      this.#recordings.add(String(recordingId))
    if (type === 'segment.discarded') this.#segments.set(keyOf(recordingId, data), position)
  }

  /** Whether nothing of a recording is left. */
  hasRecording(recordingId: string | null): boolean {
    return this.#recordings.has(String(recordingId))
  }

  /** Whether the segment of an event was removed after it. A remnant of it is kept. */
  hasSegment({ recordingId, data, position }: FileEvent): boolean {
    return (this.#segments.get(keyOf(recordingId, data)) ?? 0) > position
  }
}

const keyOf = (recordingId: string | null, { medium, number }: FileEvent['data']): string =>
  `${recordingId}/${segmentKey(medium, number)}`
