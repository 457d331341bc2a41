import { RecorderError } from '../../contract/errors.ts'

/** A log that a later version of the recorder has opened. Nothing of it was changed. */
export class UnknownLayoutError extends RecorderError {
  constructor(layout: string, known: string) {
    const detail = `The log has layout ${layout}; this recorder knows layout ${known}.`
    super('STORAGE_UNAVAILABLE', `${detail} A newer recorder has opened it. Nothing was changed.`)
  }
}
