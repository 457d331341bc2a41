/**
 * Splits a stream of bytes into the units that `read` recognises at its start, however the bytes
 * are cut into chunks.
 */
export class Splitter<T extends { bytes: Buffer }> {
  #rest: Buffer = Buffer.alloc(0)
  readonly #read: (bytes: Buffer) => T | undefined

  /** `read`: the unit at the start of these bytes; undefined when it is not complete. */
  constructor(read: (bytes: Buffer) => T | undefined) {
    this.#read = read
  }

  /** The units that are complete with this chunk. Throws what `read` throws. */
  *push(chunk: Buffer): Generator<T> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (let unit = this.#read(this.#rest); unit !== undefined; unit = this.#read(this.#rest)) {
      this.#rest = this.#rest.subarray(unit.bytes.length)
      yield unit
      if (this.#rest.length === 0) return
    }
  }
}
