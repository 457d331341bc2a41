import type { LogEvent } from '../contract/events.ts'
import type { RecorderBus } from '../recorder/port.ts'

/**
 * Ends what is being read of a recording when its erasure begins. It listens only while something
 * is read.
 */
export class ErasureWatch {
  readonly #bus: RecorderBus
  readonly #readings = new Map<string, Set<() => void>>()

  constructor(bus: RecorderBus) {
    this.#bus = bus
  }

  /** Registers what ends a reading. Returns the function that is called when it is over. */
  watch(recordingId: string, end: () => void): () => void {
    if (this.#readings.size === 0) this.#bus.on('events', this.#observe)
    const readings = this.#readings.get(recordingId) ?? new Set()
    this.#readings.set(recordingId, readings)
    // Two readings may end in the same way.
    const own = (): void => end()
    readings.add(own)
    return () => {
      if (readings.delete(own) && readings.size === 0) this.#forget(recordingId)
    }
  }

  readonly #observe = (events: readonly LogEvent[]): void => {
    for (const { type, recordingId } of events) {
      const readings = this.#readings.get(recordingId ?? '')
      // The first may have reached the disk late, and not be announced.
      const isErased = type === 'recording.erasing' || type === 'recording.erased'
      if (!isErased || readings === undefined) continue
      for (const end of readings) end()
    }
  }

  #forget(recordingId: string): void {
    this.#readings.delete(recordingId)
    if (this.#readings.size === 0) this.#bus.off('events', this.#observe)
  }
}
