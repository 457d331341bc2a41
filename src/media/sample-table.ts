const ROOM_AT_FIRST = 1_024

/** The samples of a track: size and duration of each, and which are key frames. */
export class SampleTable {
  #sizes = new Uint32Array(ROOM_AT_FIRST)
  #durations = new Uint32Array(ROOM_AT_FIRST)
  #count = 0
  /** The numbers of the key frames, from 0. */
  readonly keyFrames: number[] = []
  /** The duration of all samples, in ticks of the track. */
  duration = 0
  /** The size of all samples. */
  bytes = 0

  get count(): number {
    return this.#count
  }

  add(sample: { bytes: number; duration: number; isKeyFrame: boolean }): void {
    if (this.#count === this.#sizes.length) {
      this.#sizes = grown(this.#sizes)
      this.#durations = grown(this.#durations)
    }
    if (sample.isKeyFrame) this.keyFrames.push(this.#count)
    this.#sizes[this.#count] = sample.bytes
    this.#durations[this.#count++] = sample.duration
    this.duration += sample.duration
    this.bytes += sample.bytes
  }

  sizeOf(sample: number): number {
    return this.#sizes[sample] as number
  }

  durationOf(sample: number): number {
    return this.#durations[sample] as number
  }

  /** Returns runs of samples with the same duration. */
  durations(): { count: number; duration: number }[] {
    const runs: { count: number; duration: number }[] = []
    for (let at = 0; at < this.#count; at++) {
      const duration = this.durationOf(at)
      const last = runs.at(-1)
      if (last?.duration === duration) last.count++
      else runs.push({ count: 1, duration })
    }
    return runs
  }
}

function grown(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * values.length)
  larger.set(values)
  return larger
}
