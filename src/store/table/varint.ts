/** Reads numbers of the LevelDB and Snappy formats from bytes, one after the other. */
export class VarintReader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.at = at
  }

  /** Reads an unsigned varint: seven bits a byte, the low ones first. Throws RangeError. */
  next(): number {
    let value = 0
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) break
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw new RangeError('There is no varint here.')
  }
}
