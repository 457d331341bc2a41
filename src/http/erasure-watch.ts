import type { RecorderBus } from '../recorder/port.ts'

/** Ends what is being read of a recording when its erasure begins. */
export class ErasureWatch {
  readonly #readings = new Map<string, Set<() => void>>()
  readonly #erased = new Set<string>()

  constructor(bus: Pick<RecorderBus, 'on'>) {
    bus.on('events', (events) => {
      for (const { type, recordingId } of events)
        if (type === 'recording.erasing') this.#end(recordingId as string)
    })
  }

  /**
   * Registers what ends a reading, and ends it at once if the erasure has begun since its caller
   * looked. Returns the function that is called when the reading is over.
   */
  watch(recordingId: string, end: () => void): () => void {
    if (this.#erased.has(recordingId)) end()
    const readings = this.#readings.get(recordingId) ?? new Set()
    this.#readings.set(recordingId, readings)
    // Two readings may end in the same way.
    const own = (): void => end()
    readings.add(own)
    return () => {
      readings.delete(own)
      if (readings.size === 0 && this.#readings.get(recordingId) === readings)
        this.#readings.delete(recordingId)
    }
  }

  #end(recordingId: string): void {
    this.#erased.add(recordingId)
    const readings = this.#readings.get(recordingId) ?? []
    this.#readings.delete(recordingId)
    for (const end of readings) end()
  }
}
