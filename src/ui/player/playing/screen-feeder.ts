import type { MediaItem } from '../../../composition/plan/timeline.ts'
import { type PictureBuffer, SEAM_MS } from './picture-buffer.ts'
import { itemAfter, itemAt, type PlayTrack } from './play-timeline.ts'
import { groupAt, type PictureGroup, ScreenSegment, type SegmentSource } from './screen-segment.ts'

/** So much is kept ready after the position. */
const AHEAD_MS = 20_000
/** Most groups of pictures are smaller. A larger one must not delay its first picture. */
const CHUNK = 2 * 1_024 * 1_024
/** Media missing at the edges of a segment are shorter than this. Nobody waits for them. */
const EDGE_MS = 250

/** A moment that is needed and missing. */
interface Missing {
  item: MediaItem
  ms: number
  /** Whether media end there. Otherwise there are none. */
  isEnd: boolean
}

/** Reads the parts of the screen's segments that are needed next into the buffer of the video. */
export class ScreenFeeder {
  #track: PlayTrack
  readonly #sourceOf: (item: MediaItem) => SegmentSource
  readonly #buffer: PictureBuffer
  readonly #segments = new Map<number, ScreenSegment>()
  /** Stretches without media in groups that were read: nothing can fill them. */
  readonly #holes: { fromMs: number; toMs: number }[] = []
  /** The end of the last group in the buffer. The group after it needs no new beginning. */
  #last: { segment: ScreenSegment; end: number } | null = null
  #wantedMs = 0
  #busy = false
  #closed = false

  constructor(
    track: PlayTrack,
    buffer: PictureBuffer,
    sourceOf: (item: MediaItem) => SegmentSource,
  ) {
    this.#track = track
    this.#buffer = buffer
    this.#sourceOf = sourceOf
  }

  setTrack(track: PlayTrack): void {
    this.#track = track
  }

  close(): void {
    this.#closed = true
  }

  /** Forgets what is known of the segments: it could not be read, or is not true any more. */
  forget(): void {
    this.#segments.clear()
  }

  /** Sees to it that the picture of a moment and of those after it come. Call it often. */
  want(positionMs: number): void {
    this.#wantedMs = positionMs
    if (this.#busy || this.#closed || this.#buffer.failed) return
    const missing = this.#missing()
    if (missing === null) return
    this.#busy = true
    this.#fetch(missing)
      .catch((error) => {
        if (!this.#closed) this.#buffer.fail(error)
      })
      .finally(() => {
        this.#busy = false
        if (!this.#closed) this.want(this.#wantedMs)
      })
  }

  /** The first moment that is needed and missing. */
  #missing(): Missing | null {
    const until = this.#wantedMs + AHEAD_MS
    const { media } = this.#track
    let item = itemAt(media, this.#wantedMs) ?? itemAfter(media, this.#wantedMs)
    let ms = Math.max(this.#wantedMs, item?.fromMs ?? 0)
    while (item !== undefined && ms < until) {
      const end = this.#buffer.endOf(ms)
      const from = end ?? ms
      const hole = this.#holes.find(({ fromMs, toMs }) => fromMs <= from && from < toMs)
      if (hole !== undefined && hole.toMs < item.toMs) ms = hole.toMs
      else if (hole === undefined && (end === null || end < Math.min(until, item.toMs - EDGE_MS)))
        return { item, ms: from, isEnd: end !== null }
      else {
        item = itemAfter(media, item.fromMs)
        ms = item?.fromMs ?? 0
      }
    }
    return null
  }

  async #fetch({ item, ms, isEnd }: Missing): Promise<void> {
    const segment = this.#segmentOf(item)
    const index = await segment.index()
    // Where media end, the next group may begin a little later.
    const group = groupAt(index, ms - item.fromMs + (isEnd ? SEAM_MS : 0))
    if (group === null) throw new Error('A segment of the screen has no key frame.')
    const follows = this.#last?.segment === segment && this.#last.end === group.offset
    const [init, first] = await Promise.all([
      follows ? null : segment.init(index),
      this.#read(segment, group, group.offset),
    ])
    if (this.#closed) return
    this.#last = null
    if (init !== null) await this.#buffer.begin(item, index.codec, init)
    const isWhole = await this.#append(segment, item, group, first)
    // A group that was left may have been forgotten again.
    if (!isWhole || this.#closed || !this.#isNeeded(item, group)) return
    const end = this.#buffer.endOf(ms)
    if (end !== null && end > ms) return
    const toMs = Math.min(this.#buffer.startAfter(ms), item.fromMs + group.toMs)
    this.#holes.push({ fromMs: ms, toMs })
  }

  /** Appends a group. Returns whether all of it was appended: it is left when nobody needs it. */
  async #append(
    segment: ScreenSegment,
    item: MediaItem,
    group: PictureGroup,
    first: Uint8Array,
  ): Promise<boolean> {
    let chunk = first
    for (let at = group.offset; ; ) {
      await this.#buffer.append(chunk, this.#wantedMs)
      at += chunk.length
      if (at >= group.end) break
      if (this.#closed || !this.#isNeeded(item, group)) return false
      chunk = await this.#read(segment, group, at)
      if (this.#closed) return false
    }
    this.#last = { segment, end: group.end }
    return true
  }

  #isNeeded({ fromMs }: MediaItem, group: PictureGroup): boolean {
    const wanted = this.#wantedMs - fromMs
    return wanted + AHEAD_MS > group.fromMs && wanted < group.toMs
  }

  #read(segment: ScreenSegment, { end }: PictureGroup, at: number): Promise<Uint8Array> {
    return segment.read(at, Math.min(at + CHUNK, end) - 1)
  }

  #segmentOf(item: MediaItem): ScreenSegment {
    const { number } = item.segment
    const known = this.#segments.get(number)
    if (known !== undefined) return known
    const segment = new ScreenSegment(this.#sourceOf(item))
    this.#segments.set(number, segment)
    return segment
  }
}
