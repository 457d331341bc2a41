/** Splits a stream of bytes, in chunks of any size, into the units that `read` recognises. */
export class Splitter<T extends { bytes: Buffer }> {
  #rest: Buffer = Buffer.alloc(0)
  readonly #read: (bytes: Buffer) => T | undefined

  /** `read` returns the unit at the start of its bytes; undefined when it is not complete. */
  constructor(read: (bytes: Buffer) => T | undefined) {
    this.#read = read
  }

  /** Adds a chunk. Yields the units that it completes. Throws the errors of `read`. */
  *push(chunk: Buffer): Generator<T> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (let unit = this.#read(this.#rest); unit !== undefined; unit = this.#read(this.#rest)) {
      this.#rest = this.#rest.subarray(unit.bytes.length)
      yield unit
      if (this.#rest.length === 0) return
    }
  }

  /** To be called when the memory of the last chunk will be used again. */
  copyRest(): void {
    this.#rest = Buffer.from(this.#rest)
  }
}
