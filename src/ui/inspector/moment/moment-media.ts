import { signal } from '@preact/signals'
import { NotFoundError } from '../../../client/errors.ts'
import { onRecordingChange } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { recorderNow } from '../../live/recorder-time.ts'
import { NO_HISTORY } from '../../live/recording-reader.ts'
import { buildPlayTimeline, type PlayTimeline } from '../../player/playing/play-timeline.ts'
import { readSegments } from '../../player/playing/read-segments.ts'

/** After these events other media can be played. */
const CHANGES_MEDIA = /^segment\.|^recording\.(?:paused|resumed|wrapUpStarted|closed)$/

/** The media of a recording on its time line. */
export class MomentMedia {
  readonly id: string
  /** Null until it is read, and for a recording that clients never saw. */
  readonly timeline = signal<PlayTimeline | null>(null)
  readonly #aborter = new AbortController()
  readonly #endFollowing: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(id: string) {
    this.id = id
    this.#endFollowing = onRecordingChange(
      id,
      () => this.#readSoon(),
      ({ type }) => CHANGES_MEDIA.test(type),
    )
    void this.#read()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#endFollowing()
    this.#aborter.abort()
  }

  /** Events come in batches. */
  #readSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#read(), 300)
  }

  async #read(): Promise<void> {
    const { signal } = this.#aborter
    try {
      const recording = await recorder.recording(this.id, { ...NO_HISTORY, signal })
      const segments = await readSegments(this.id, signal)
      if (!signal.aborted)
        this.timeline.value = buildPlayTimeline(recording, segments, recorderNow())
    } catch (error) {
      if (signal.aborted || error instanceof NotFoundError) return
      // The machines can be inspected without media; the banner shows a lost connection.
      console.warn(error)
    }
  }
}
