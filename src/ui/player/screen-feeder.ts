import type { MediaItem } from '../../composition/timeline.ts'
import { FragmentReader, type ReadRange } from './fragment-reader.ts'
import { findPlace } from './mp4-boxes.ts'
import { itemAfter, itemAt, type PlayTrack } from './play-timeline.ts'
import type { ScreenBuffer } from './screen-buffer.ts'

/** So much is kept ready after the position. */
const AHEAD_MS = 20_000
const CHUNK = 512 * 1_024
/** Media missing at the edges of a segment are shorter than this. Nobody waits for them. */
const EDGE_MS = 250
/** Key frames come every 10 s, and less often where frames were dropped. */
const LOOK_BACK_MS = [11_000, 40_000, 160_000, 640_000, Number.POSITIVE_INFINITY]

/** Where the feeder reads now. */
interface Stream {
  item: MediaItem
  reader: FragmentReader
  timescale: number
  offset: number
  /** The time of the media read last. */
  atMs: number
  /** Where it was to lead. */
  wantedMs: number
  /** The index of its look-back. */
  attempt: number
}

/** Reads the parts of the screen's segments that are needed next into the buffer of the video. */
export class ScreenFeeder {
  #track: PlayTrack
  readonly #readerOf: (item: MediaItem) => ReadRange
  readonly #buffer: ScreenBuffer
  readonly #readers = new Map<number, FragmentReader>()
  #stream: Stream | null = null
  #wantedMs = 0
  #busy = false
  #closed = false

  constructor(track: PlayTrack, buffer: ScreenBuffer, readerOf: (item: MediaItem) => ReadRange) {
    this.#track = track
    this.#buffer = buffer
    this.#readerOf = readerOf
  }

  setTrack(track: PlayTrack): void {
    this.#track = track
  }

  close(): void {
    this.#closed = true
  }

  /** Sees to it that the picture of a moment and of those after it come. Call it often. */
  want(positionMs: number): void {
    this.#wantedMs = positionMs
    if (this.#busy || this.#closed || this.#buffer.failed) return
    const missing = this.#missing()
    if (missing === null) return
    this.#busy = true
    this.#fetch(missing)
      .catch((error) => this.#buffer.fail(error))
      .finally(() => {
        this.#busy = false
        if (!this.#closed) this.want(this.#wantedMs)
      })
  }

  /** The first moment that is needed and missing. */
  #missing(): { item: MediaItem; ms: number } | null {
    const until = this.#wantedMs + AHEAD_MS
    let item =
      itemAt(this.#track.media, this.#wantedMs) ?? itemAfter(this.#track.media, this.#wantedMs)
    let ms = Math.max(this.#wantedMs, item?.fromMs ?? 0)
    while (item !== undefined && ms < until) {
      const end = this.#buffer.endOf(ms)
      if (end === null) return { item, ms }
      if (end < Math.min(until, item.toMs - EDGE_MS) && !this.#isAtEnd(item))
        return { item, ms: end }
      item = itemAfter(this.#track.media, item.fromMs)
      ms = item?.fromMs ?? 0
    }
    return null
  }

  #isAtEnd(item: MediaItem): boolean {
    const stream = this.#stream
    return stream !== null && stream.item.segment === item.segment && isRead(stream)
  }

  async #fetch({ item, ms }: { item: MediaItem; ms: number }): Promise<void> {
    const stream = this.#stream
    const goesOn = stream !== null && stream.item.segment === item.segment && !isRead(stream)
    if (goesOn && this.#buffer.isEndAt(ms) && ms > stream.wantedMs) return this.#append(stream)
    if (goesOn && ms === stream.wantedMs && stream.atMs <= ms) return this.#append(stream)
    // The stretch began without a key frame, so it has to begin earlier.
    const attempt = stream !== null && stream.wantedMs === ms ? stream.attempt + 1 : 0
    await this.#jump(item, ms, attempt)
  }

  async #jump(item: MediaItem, ms: number, attempt: number): Promise<void> {
    const lookBack = LOOK_BACK_MS[attempt]
    if (lookBack === undefined) throw new Error('A segment of the screen has no key frame.')
    const reader = this.#readerFor(item)
    const { head, init } = await reader.head()
    const place = await reader.find(Math.max(0, ms - item.fromMs - lookBack))
    await this.#buffer.begin(item, head.codec, init)
    const offset = Math.max(place.offset, head.bytes)
    const { timescale } = head
    this.#stream = { item, reader, timescale, offset, atMs: 0, wantedMs: ms, attempt }
    await this.#append(this.#stream)
  }

  async #append(stream: Stream): Promise<void> {
    const bytes = await stream.reader.read(stream.offset, stream.offset + CHUNK - 1)
    const place = findPlace(bytes, stream.offset, stream.timescale)
    if (place !== null) stream.atMs = stream.item.fromMs + place.atMs
    stream.offset += bytes.length
    await this.#buffer.append(bytes, this.#wantedMs)
  }

  #readerFor(item: MediaItem): FragmentReader {
    const { number, bytes, durationMs } = item.segment
    const known = this.#readers.get(number)
    if (known !== undefined) return known
    const reader = new FragmentReader(this.#readerOf(item), bytes, durationMs)
    this.#readers.set(number, reader)
    return reader
  }
}

function isRead({ offset, reader }: Stream): boolean {
  return offset >= reader.bytes
}
