import type { LogEvent } from '../events/events.ts'
import type { ApplicationError } from '../events/resources.ts'

/** Keeps what stands in the way of the current recording's tracks, and since when. */
export class Troubles {
  readonly #byTrack = new Map<string, ApplicationError>()

  take(event: LogEvent): void {
    if (event.type === 'recording.closed' || event.type === 'recording.startFailed') {
      for (const key of this.#byTrack.keys()) if (key.startsWith(`${event.recordingId}/`)) this.#byTrack.delete(key)
      return
    }
    if (!event.type.startsWith('track.') || !('medium' in event.data) || event.data.medium === undefined) return
    const key = `${event.recordingId}/${event.data.medium}`
    if (event.type === 'track.failed' || event.type === 'track.recovering') {
      const { medium, code, detail: message } = event.data
      this.#byTrack.set(key, { code, medium, message, since: event.at })
    } else this.#byTrack.delete(key)
  }

  of(recordingId: string): ApplicationError[] {
    return [...this.#byTrack].filter(([key]) => key.startsWith(`${recordingId}/`)).map(([, trouble]) => trouble)
  }
}
