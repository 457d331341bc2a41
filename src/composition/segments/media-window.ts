import type { StoredMedia } from '../../age/stored-media.ts'
import { FormatError } from '../../media/format-error.ts'

/** Holds many fragments of a still screen, and wastes little on those of a busy one. */
const WINDOW_BYTES = 8_192

/** The stretch of stored media that was read last, for small reads that follow each other. */
export class MediaWindow {
  readonly #media: Pick<StoredMedia, 'read'>
  readonly #end: number
  #buffer = Buffer.alloc(WINDOW_BYTES)
  #offset = 0
  #length = 0

  constructor(media: Pick<StoredMedia, 'read'>, end: number) {
    this.#media = media
    this.#end = end
  }

  /** Returns `length` bytes, or those up to the end. They are valid until the next read. */
  async read(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.min(length, this.#end - offset)
    if (offset < this.#offset || offset + wanted > this.#offset + this.#length)
      await this.#fill(offset, wanted)
    const start = offset - this.#offset
    return this.#buffer.subarray(start, start + wanted)
  }

  async #fill(offset: number, wanted: number): Promise<void> {
    if (wanted > this.#buffer.length) this.#buffer = Buffer.alloc(wanted)
    this.#offset = offset
    this.#length = 0
    while (this.#length < wanted) {
      const free = this.#buffer.length - this.#length
      const from = offset + this.#length
      const { bytesRead } = await this.#media.read(this.#buffer, this.#length, free, from)
      if (bytesRead === 0) throw new FormatError('MP4 that became shorter')
      this.#length += bytesRead
    }
  }
}
