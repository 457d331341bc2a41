import type { LogEvent } from '../../contract/events.ts'
import { MEDIA } from '../../contract/media.ts'
import type { ApplicationError, RecordingView } from '../../contract/views.ts'
import type { WarningCode } from '../../contract/warnings.ts'

/**
 * The errors and warnings in force. Those of a recording are in its view; only the recorder's own
 * warnings are kept here.
 */
export class ActiveErrors {
  readonly #warnings = new Map<WarningCode, ApplicationError>()

  observe({ type, recordingId, at, data }: LogEvent): void {
    if (recordingId !== null) return
    if (type === 'warning.raised')
      this.#warnings.set(data.code, { code: data.code, message: data.detail, since: at })
    if (type === 'warning.cleared') this.#warnings.delete(data.code)
  }

  /** The recorder's own warnings, then the errors and warnings of a recording, by medium. */
  of(recording: RecordingView | undefined): ApplicationError[] {
    const ofTracks = MEDIA.flatMap((medium) => {
      const { error = null, warnings = [] } = recording?.tracks[medium] ?? {}
      return [...(error ? [error] : []), ...warnings].map((one) => ({ ...one, medium }))
    })
    return [...this.#warnings.values(), ...ofTracks]
  }
}
