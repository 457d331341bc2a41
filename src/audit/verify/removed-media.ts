import type { LogEvent } from '../../contract/events.ts'
import { segmentKey } from '../../contract/segment-key.ts'
import type { FileEvent } from './check-segments.ts'

/** The media that are gone, because the log says that they were removed. */
export class RemovedMedia {
  readonly #recordings = new Set<string>()
  readonly #segments = new Set<string>()

  /** Observes each event of the log, in order. */
  observe({ type, recordingId, data }: LogEvent): void {
    if (type === 'recording.erasing' || type === 'recording.startFailed')
      this.#recordings.add(String(recordingId))
    if (type === 'segment.discarded')
      this.#segments.add(`${recordingId}/${segmentKey(data.medium, data.number)}`)
  }

  /** Whether the file that an event describes is gone. What is kept of a discarded one is not. */
  has({ type, recordingId, data }: FileEvent): boolean {
    if (this.#recordings.has(String(recordingId))) return true
    if (type === 'segment.discarded') return false
    return this.#segments.has(`${recordingId}/${segmentKey(data.medium, data.number)}`)
  }
}
