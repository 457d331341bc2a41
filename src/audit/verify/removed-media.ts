import type { EventOf, LogEvent } from '../../contract/events.ts'
import { segmentKey } from '../../contract/segment-key.ts'

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

  /** Whether the file of a closed segment is gone. */
  has({ recordingId, data }: EventOf<'segment.closed'>): boolean {
    if (this.#recordings.has(String(recordingId))) return true
    return this.#segments.has(`${recordingId}/${segmentKey(data.medium, data.number)}`)
  }
}
