import { signal } from '@preact/signals'
import { recordingPath } from '../../../client/client.ts'
import type { SegmentView } from '../../../contract/views.ts'
import { recorder } from '../../live/recorder.ts'

/** Milliseconds that one peak stands for. */
export const PEAK_MS = 20

/** The waveforms of a recording's sound segments. They come one after another. */
export class Peaks {
  readonly #id: string
  readonly #known = new Map<string, Uint8Array>()
  readonly #asked = new Set<string>()
  readonly #aborter = new AbortController()
  #queue: Promise<void> = Promise.resolve()
  /** Counts the waveforms that have come. */
  readonly version = signal(0)

  constructor(id: string) {
    this.#id = id
  }

  /** Returns the peaks of a segment; undefined until they have come, or when there are none. */
  of({ medium, number }: SegmentView): Uint8Array | undefined {
    return this.#known.get(`${medium}/${number}`)
  }

  /** Asks for the peaks of these segments, each once. */
  load(segments: readonly SegmentView[]): void {
    for (const { medium, number } of segments) {
      const key = `${medium}/${number}`
      if (medium === 'screen' || this.#asked.has(key)) continue
      this.#asked.add(key)
      // One at a time: the recorder has to decode the sound at the first request.
      this.#queue = this.#queue.then(() => this.#read(key))
    }
  }

  close(): void {
    this.#aborter.abort()
  }

  async #read(key: string): Promise<void> {
    const { signal } = this.#aborter
    if (signal.aborted) return
    try {
      const path = `${recordingPath(this.#id, 'segments')}/${key}/peaks`
      const answer = await recorder.open(path, {}, { signal })
      this.#known.set(key, new Uint8Array(await answer.arrayBuffer()))
      this.version.value++
    } catch {
      // The sound plays without its picture, too.
    }
  }
}
