import {
  LACES_MAX,
  NO_GRANULE,
  type OggPage,
  OpusTimeline,
  PAGE_FLAG,
  type PageParts,
  pageParts,
  writePage,
} from './ogg.ts'

/** A page is complete when it has this much sound. */
const PAGE_MS = 100

/** One or more pages in a row, and the media time at their end. */
export interface JoinedPages {
  bytes: Buffer
  endMs: number
}

/**
 * Joins the short pages of one Opus stream to pages of 100 ms, because a page costs 28 bytes. Only
 * the first sound becomes a page at once.
 */
export class PageJoiner {
  readonly #timeline = new OpusTimeline()
  #headers: Buffer[] = []
  #sequence = 0
  /** The page that is being joined. */
  #page: PageParts | undefined
  /** The media time at its beginning, and at its end. */
  #startMs: number | undefined
  #endMs = 0;

  /**
   * Adds a page. Yields what is complete now, at first with the headers. Throws FormatError on
   * another codec.
   */
  *push(page: OggPage): Generator<JoinedPages> {
    const endMs = this.#timeline.push(page)
    if (page.granule === 0n) {
      this.#headers.push(page.bytes)
      this.#sequence++
      return
    }
    const parts = pageParts(page)
    const laces = (this.#page?.laces.length ?? 0) + parts.laces.length
    if (laces > LACES_MAX) yield* this.finish()
    this.#page = this.#page === undefined ? parts : join(this.#page, parts)
    this.#endMs = endMs ?? this.#endMs
    const isFull = this.#startMs === undefined || this.#endMs - this.#startMs >= PAGE_MS
    if (isFull || parts.flags & PAGE_FLAG.last) yield* this.finish()
  }

  /** Yields what is not complete, because no page will follow. */
  *finish(): Generator<JoinedPages> {
    if (this.#page === undefined) return
    const page = writePage({ ...this.#page, sequence: this.#sequence++ })
    yield { bytes: Buffer.concat([...this.#headers, page]), endMs: this.#endMs }
    this.#headers = []
    this.#page = undefined
    this.#startMs = this.#endMs
  }
}

function join(first: PageParts, second: PageParts): PageParts {
  return {
    ...first,
    flags: first.flags | (second.flags & PAGE_FLAG.last),
    granule: second.granule === NO_GRANULE ? first.granule : second.granule,
    laces: [...first.laces, ...second.laces],
    content: [...first.content, ...second.content],
  }
}
