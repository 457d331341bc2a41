import type { MediaItem } from '../../../composition/plan/timeline.ts'
import { type PictureBuffer, SEAM_MS } from './picture-buffer.ts'

/** Pictures are kept for so long before the position, and so long after it. */
const KEPT_BEFORE_MS = 60_000
const KEPT_AFTER_MS = 120_000

/**
 * The buffer of the video: all segments of the screen, each at its place on the recording's
 * timeline (Media Source Extensions).
 */
export class ScreenBuffer implements PictureBuffer {
  readonly #video: HTMLVideoElement
  readonly #source = new MediaSource()
  readonly #opened: Promise<void>
  readonly #url: string
  #buffer: SourceBuffer | null = null
  failed = false

  constructor(video: HTMLVideoElement) {
    this.#video = video
    this.#opened = new Promise((resolve) =>
      this.#source.addEventListener('sourceopen', () => resolve(), { once: true }),
    )
    this.#url = URL.createObjectURL(this.#source)
    video.src = this.#url
  }

  close(): void {
    this.#video.removeAttribute('src')
    this.#video.load()
    URL.revokeObjectURL(this.#url)
  }

  fail(error: unknown): void {
    this.failed = true
    console.warn('The screen cannot be played.', error)
  }

  endOf(ms: number): number | null {
    let end: number | null = null
    for (const range of this.#ranges())
      if (range.fromMs <= (end ?? ms) + SEAM_MS && range.toMs > (end ?? ms)) end = range.toMs
    return end
  }

  startAfter(ms: number): number {
    return Math.min(...this.#ranges().flatMap(({ fromMs }) => (fromMs > ms ? [fromMs] : [])))
  }

  async begin(item: MediaItem, codec: string, init: Uint8Array): Promise<void> {
    await this.#opened
    const type = `video/mp4; codecs="${codec}"`
    if (this.#buffer === null) this.#buffer = this.#source.addSourceBuffer(type)
    else {
      this.#buffer.abort()
      this.#buffer.changeType(type)
    }
    const endS = item.toMs / 1_000 + 1
    if (!(this.#source.duration >= endS)) this.#source.duration = endS
    this.#buffer.timestampOffset = item.fromMs / 1_000
    await this.#append(init)
  }

  async append(bytes: Uint8Array, positionMs: number): Promise<void> {
    await this.#remove(0, positionMs - KEPT_BEFORE_MS)
    await this.#remove(positionMs + KEPT_AFTER_MS, this.#source.duration * 1_000)
    await this.#append(bytes)
  }

  #append(bytes: Uint8Array): Promise<void> {
    const buffer = this.#buffer as SourceBuffer
    buffer.appendBuffer(bytes as Uint8Array<ArrayBuffer>)
    return untilUpdated(buffer)
  }

  async #remove(fromMs: number, toMs: number): Promise<void> {
    const holdsSome = this.#ranges().some((range) => range.fromMs < toMs && range.toMs > fromMs)
    if (fromMs >= toMs || !holdsSome || this.#buffer === null) return
    this.#buffer.remove(fromMs / 1_000, toMs / 1_000)
    await untilUpdated(this.#buffer)
  }

  #ranges(): { fromMs: number; toMs: number }[] {
    const ranges = this.#buffer?.buffered
    if (ranges === undefined) return []
    return Array.from({ length: ranges.length }, (_, at) => ({
      fromMs: ranges.start(at) * 1_000,
      toMs: ranges.end(at) * 1_000,
    }))
  }
}

function untilUpdated(buffer: SourceBuffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (): void => reject(new Error('The browser refused media of the screen.'))
    buffer.addEventListener('error', onError, { once: true })
    buffer.addEventListener(
      'updateend',
      () => {
        buffer.removeEventListener('error', onError)
        resolve()
      },
      { once: true },
    )
  })
}
