import { type FragmentPlace, findPlace, type Mp4Head, readHead } from './mp4-boxes.ts'

/** Reads bytes of a file, both ends included. */
export type ReadRange = (first: number, last: number) => Promise<Uint8Array>

const WINDOW = 64 * 1_024
/** A key frame of a large screen is larger than a window. */
const LARGEST_FRAME = 8 * 1_024 * 1_024
/** How far before the wanted time the search may end. More is only read in vain. */
const TOLERANCE_MS = 3_000
const MOST_STEPS = 10

/**
 * Finds places in a segment of the screen by their time. The file has no index, because it is
 * written as it is recorded. Its fragments have times, so a few small reads find a place: each
 * guess follows from the two known places around it.
 */
export class FragmentReader {
  readonly bytes: number
  readonly #read: ReadRange
  readonly #durationMs: number
  #places: FragmentPlace[] = []
  #head: Promise<{ head: Mp4Head; init: Uint8Array }> | null = null

  constructor(read: ReadRange, bytes: number, durationMs: number) {
    this.#read = read
    this.bytes = bytes
    this.#durationMs = durationMs
  }

  /** Reads everything before the first fragment. */
  head(): Promise<{ head: Mp4Head; init: Uint8Array }> {
    this.#head ??= this.#readHead()
    this.#head.catch(() => {
      this.#head = null
    })
    return this.#head
  }

  /** Finds a fragment that begins at a time or at most some seconds earlier. */
  async find(atMs: number): Promise<FragmentPlace> {
    const { head } = await this.head()
    for (let step = 0; step < MOST_STEPS; step++) {
      const { before, after } = this.#around(atMs)
      if (atMs - before.atMs <= TOLERANCE_MS || after.offset - before.offset <= WINDOW)
        return before
      const share = (atMs - TOLERANCE_MS / 2 - before.atMs) / (after.atMs - before.atMs)
      // Far from a line, halving is better than guessing.
      const portion = step < 5 ? Math.max(0, share) : 0.5
      const guess = before.offset + Math.round(portion * (after.offset - before.offset))
      const found = await this.#firstFrom(guess, head.timescale)
      if (found === null || found.offset >= after.offset || found.offset === before.offset)
        return before
      this.#places.push(found)
    }
    return this.#around(atMs).before
  }

  /** Reads the bytes of a stretch. */
  read(first: number, last: number): Promise<Uint8Array> {
    return this.#read(first, Math.min(last, this.bytes - 1))
  }

  async #readHead(): Promise<{ head: Mp4Head; init: Uint8Array }> {
    const data = await this.read(0, WINDOW - 1)
    const head = readHead(data)
    if (head === null) throw new Error('This is not a fragmented MP4 with H.264.')
    this.#places.push({ offset: head.bytes, atMs: 0 })
    return { head, init: data.slice(0, head.bytes) }
  }

  async #firstFrom(offset: number, timescale: number): Promise<FragmentPlace | null> {
    for (let size = WINDOW; size <= LARGEST_FRAME; size *= 4) {
      const data = await this.read(offset, offset + size - 1)
      const place = findPlace(data, offset, timescale)
      if (place !== null) return place
      if (offset + size >= this.bytes) return null
    }
    return null
  }

  #around(atMs: number): { before: FragmentPlace; after: FragmentPlace } {
    let before: FragmentPlace = { offset: 0, atMs: 0 }
    let after: FragmentPlace = { offset: this.bytes, atMs: Math.max(this.#durationMs, atMs + 1) }
    for (const place of this.#places)
      if (place.atMs <= atMs) {
        if (place.atMs >= before.atMs) before = place
      } else if (place.atMs < after.atMs) after = place
    return { before, after }
  }
}
