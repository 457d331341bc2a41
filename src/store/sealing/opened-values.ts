import { BoundedMap } from '../../collections/bounded-map.ts'

/** Recordings, and values of each, that are kept: some megabytes. */
const MOST_RECORDINGS = 1_000
const MOST_VALUES = 200

/**
 * Values of recordings that were opened lately. A list that is read again opens none of them twice.
 */
export class OpenedValues {
  readonly #recordings = new BoundedMap<string, Map<string, unknown>>(MOST_RECORDINGS)

  /** Returns the value that was opened in a place; undefined when it is not kept. */
  find(recordingId: string, place: string): unknown {
    return this.#recordings.get(recordingId)?.get(place)
  }

  /** Keeps an opened value. */
  keep(recordingId: string, place: string, value: unknown): void {
    const values = this.#recordings.get(recordingId) ?? new Map<string, unknown>()
    this.#recordings.set(recordingId, values)
    if (values.size < MOST_VALUES) values.set(place, value)
  }

  /** Forgets the values of a recording. */
  forget(recordingId: string): void {
    this.#recordings.delete(recordingId)
  }
}
