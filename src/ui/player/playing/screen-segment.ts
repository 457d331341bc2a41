import type { SegmentIndex } from '../../../client/types.ts'

/** Where the bytes of a segment come from. */
export interface SegmentSource {
  readIndex(): Promise<SegmentIndex>
  /** Reads bytes of the file, both ends included. */
  read(first: number, last: number): Promise<Uint8Array>
}

/** A group of pictures: a key frame, and all frames up to the next one. */
export interface PictureGroup {
  /** Milliseconds of the segment. The last group ends at infinity. */
  fromMs: number
  toMs: number
  /** The offset of its first byte in the file, and of the first byte after it. */
  offset: number
  end: number
}

/** One segment of the screen. Its index and its beginning are read once. */
export class ScreenSegment {
  readonly #source: SegmentSource
  #index: Promise<SegmentIndex> | null = null
  #init: Promise<Uint8Array> | null = null

  constructor(source: SegmentSource) {
    this.#source = source
  }

  index(): Promise<SegmentIndex> {
    this.#index ??= this.#source.readIndex()
    return this.#index
  }

  /** Reads the beginning, which describes the media. */
  init({ initBytes }: SegmentIndex): Promise<Uint8Array> {
    this.#init ??= this.#source.read(0, initBytes - 1)
    return this.#init
  }

  /** Reads the bytes of a stretch. */
  read(first: number, last: number): Promise<Uint8Array> {
    return this.#source.read(first, last)
  }
}

/** Finds the group of pictures of a moment of the segment; null when there are none. */
export function groupAt({ keyFrames, bytes }: SegmentIndex, ms: number): PictureGroup | null {
  let low = 0
  for (let high = keyFrames.length; high - low > 1; ) {
    const middle = (low + high) >> 1
    if ((keyFrames[middle]?.[0] ?? 0) <= ms) low = middle
    else high = middle
  }
  const first = keyFrames[low]
  if (first === undefined) return null
  const [toMs, end] = keyFrames[low + 1] ?? [Number.POSITIVE_INFINITY, bytes]
  return { fromMs: first[0], toMs, offset: first[1], end }
}
