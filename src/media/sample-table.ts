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

  /** The size of each sample. */
  get sizes(): Uint32Array {
    return this.#sizes.subarray(0, this.#count)
  }

  /** Returns runs of samples with the same duration: by turns, how many and how long each is. */
  durationRuns(): Uint32Array {
    const runs = new Uint32Array(2 * this.#count)
    let end = 0
    for (let at = 0; at < this.#count; at++) {
      const duration = this.#durations[at] as number
      if (end === 0 || runs[end - 1] !== duration) {
        runs[end + 1] = duration
        end += 2
      }
      runs[end - 2]!++
    }
    return runs.subarray(0, end)
  }
}

function grown(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * values.length)
  larger.set(values)
  return larger
}
