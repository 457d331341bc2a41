/** The beginning of a JPEG (SOI). */
const BEGINNING = Buffer.from([0xff, 0xd8])
/** Its end (EOI). Compressed data never contain it, since they escape 0xFF. */
const END = Buffer.from([0xff, 0xd9])
/** More without an end is no stream of small pictures. */
const MOST_BYTES = 1_048_576

/** Splits a stream of JPEGs (ISO/IEC 10918-1) that follow each other without anything between. */
export class JpegSplitter {
  #rest: Buffer = Buffer.alloc(0)

  /** Consumes a chunk of any size. Returns the pictures that it completes. */
  push(chunk: Buffer): Buffer[] {
    // The end may lie across two chunks.
    let from = Math.max(0, this.#rest.length - 1)
    this.#rest = Buffer.concat([this.#rest, chunk])
    const pictures: Buffer[] = []
    for (let end = this.#rest.indexOf(END, from); end !== -1; end = this.#rest.indexOf(END, from)) {
      // After a stream that was too long, the rest of a picture comes first.
      const begin = this.#rest.indexOf(BEGINNING)
      if (begin !== -1 && begin < end)
        pictures.push(Buffer.from(this.#rest.subarray(begin, end + END.length)))
      this.#rest = this.#rest.subarray(end + END.length)
      from = 0
    }
    if (this.#rest.length > MOST_BYTES) this.#rest = Buffer.alloc(0)
    return pictures
  }
}
