import type { FileHandle } from 'node:fs/promises'
import { boxHeader, fragmentTime, timescaleOf } from '../media/fmp4.ts'
import { FormatError } from '../media/format-error.ts'
import { codecOf, isKeyFrame } from '../media/key-frame.ts'
import type { SegmentIndex } from './port.ts'

/** Holds many fragments of a still screen, and wastes little on those of a busy one. */
const WINDOW_BYTES = 8_192
const HEADER_BYTES = 8

/**
 * Reads the index of a screen segment from the heads of its boxes. Frames are skipped, and every
 * read gives way to other work. Throws FormatError.
 */
export async function readSegmentIndex(
  file: FileHandle,
  bytes: number,
  signal: AbortSignal,
): Promise<SegmentIndex> {
  const window = new FileWindow(file, bytes)
  const keyFrames: SegmentIndex['keyFrames'] = []
  let head: { initBytes: number; codec: string; timescale: number } | undefined
  let firstStart: number | undefined
  for (let offset = 0; offset < bytes; ) {
    signal.throwIfAborted()
    const header = boxHeader(await window.read(offset, HEADER_BYTES))
    if (header === undefined || offset + header.length > bytes)
      throw new FormatError('MP4 that ends within a box')
    const { type, length } = header
    if (type === 'moov') {
      const moov = await window.read(offset, length)
      const initBytes = offset + length
      head = { initBytes, codec: codecOf(moov), timescale: timescaleOf(moov) }
    } else if (type === 'moof') {
      if (head === undefined) throw new FormatError('MP4 without moov')
      const moof = await window.read(offset, length)
      const { start } = fragmentTime(moof)
      firstStart ??= start
      if (isKeyFrame(moof)) keyFrames.push([toMs(start - firstStart, head.timescale), offset])
    }
    offset += length
  }
  if (head === undefined) throw new FormatError('MP4 without moov')
  return { bytes, initBytes: head.initBytes, codec: head.codec, keyFrames }
}

/** Converts ticks to milliseconds, exact to the microsecond. */
const toMs = (ticks: number, timescale: number): number =>
  Math.round((ticks * 1_000_000) / timescale) / 1_000

/** The stretch of a file that was read last. */
class FileWindow {
  readonly #file: FileHandle
  readonly #end: number
  #buffer = Buffer.alloc(WINDOW_BYTES)
  #offset = 0
  #length = 0

  constructor(file: FileHandle, end: number) {
    this.#file = file
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
      const { bytesRead } = await this.#file.read(this.#buffer, this.#length, free, from)
      if (bytesRead === 0) throw new FormatError('MP4 that became shorter')
      this.#length += bytesRead
    }
  }
}
