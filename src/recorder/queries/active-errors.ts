import type { LogEvent } from '../../contract/events.ts'
import { MEDIA } from '../../contract/media.ts'
import type { ApplicationError } from '../../contract/resources.ts'

/** Knows the errors and warnings in force, and since when. */
export class ActiveErrors {
  readonly #errors = new Map<string, ApplicationError>()

  observe(event: LogEvent): void {
    const { recordingId } = event
    switch (event.type) {
      case 'recording.closed':
      case 'recording.startFailed':
        this.#forget(`${recordingId}/`)
        return
      case 'warning.raised': {
        const { code, medium, detail: message } = event.data
        this.#errors.set(keyOf(event), {
          code,
          ...(medium ? { medium } : {}),
          message,
          since: event.at,
        })
        return
      }
      case 'warning.cleared':
        this.#errors.delete(keyOf(event))
        return
    }
    if (
      !event.type.startsWith('track.') ||
      !('medium' in event.data) ||
      event.data.medium === undefined
    )
      return
    const track = `${recordingId}/${event.data.medium}/`
    // A track's warnings end with its capture or pause; a confirmation ends only its failure.
    if (STILL_WARNED.has(event.type)) this.#errors.delete(track)
    else this.#forget(track)
    if (event.type === 'track.failed' || event.type === 'track.recovering') {
      const { medium, code, detail: message } = event.data
      this.#errors.set(track, { code, medium, message, since: event.at })
    }
  }

  #forget(prefix: string): void {
    for (const key of this.#errors.keys()) if (key.startsWith(prefix)) this.#errors.delete(key)
  }

  /** The errors of a recording and of the recorder itself, sorted by medium. */
  of(recordingId: string | undefined): ApplicationError[] {
    const errors = [...this.#errors].filter(
      ([key]) => key.startsWith('/') || key.startsWith(`${recordingId}/`),
    )
    return errors.map(([, trouble]) => trouble).sort((a, b) => placeOf(a) - placeOf(b))
  }
}

const STILL_WARNED: ReadonlySet<string> = new Set([
  'track.started',
  'track.resumed',
  'track.recovered',
  'track.paused',
])

function placeOf({ medium }: ApplicationError): number {
  return medium === undefined ? -1 : MEDIA.indexOf(medium)
}

function keyOf({
  recordingId,
  data,
}: LogEvent & { type: 'warning.raised' | 'warning.cleared' }): string {
  return `${recordingId ?? ''}/${data.medium ?? ''}/${data.code}`
}
