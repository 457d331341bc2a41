import { batch, computed, signal } from '@preact/signals'
import { recordingPath } from '../../../client/client.ts'
import type { LogEvent } from '../../../contract/events.ts'
import type { RecordingAnswer, SegmentView } from '../../../contract/views.ts'
import { confirmedNow } from '../../live/confirmed-time.ts'
import { onRecordingChange } from '../../live/live-state.ts'
import { oneAtATime } from '../../live/one-at-a-time.ts'
import { recorder } from '../../live/recorder.ts'
import { tick } from '../../live/recorder-time.ts'
import { RecordingReader } from '../../live/recording-reader.ts'
import { buildPlayTimeline } from './play-timeline.ts'
import { readSegments } from './read-segments.ts'

const PAGE_LIMIT = 200

/** Everything the recorder knows about one recording: it itself, its segments and its events. */
export class RecordedData {
  readonly id: string
  readonly recording = signal<RecordingAnswer | null>(null)
  readonly segments = signal<readonly SegmentView[]>([])
  /** Oldest first. They arrive page by page. */
  readonly events = signal<readonly LogEvent[]>([])
  /** Why the recording cannot be shown. */
  readonly problem = signal<unknown>(null)
  readonly timeline = computed(() => {
    const recording = this.recording.value
    if (recording === null) return null
    // Until its end the recording grows with the time.
    if (recording.endedAt === null) tick.value
    return buildPlayTimeline(recording, this.segments.value, confirmedNow())
  })
  readonly #reader = new RecordingReader()
  readonly #aborter = new AbortController()
  readonly #endFollowing: () => void
  /** Reads what is new. Calls while it reads lead to one more reading. */
  readonly read = oneAtATime(() =>
    this.#readAll().catch((error) => {
      if (!this.#aborter.signal.aborted) this.problem.value = error
    }),
  )

  constructor(id: string) {
    this.id = id
    this.#endFollowing = onRecordingChange(id, () => this.read())
    this.read()
  }

  close(): void {
    this.#endFollowing()
    this.#aborter.abort()
  }

  async #readAll(): Promise<void> {
    const { signal } = this.#aborter
    const [recording, segments] = await Promise.all([
      this.#reader.read(this.id, { signal }),
      readSegments(this.id, signal),
    ])
    batch(() => {
      this.recording.value = recording
      this.segments.value = segments
      this.problem.value = null
    })
    await this.#readEvents()
  }

  async #readEvents(): Promise<void> {
    const { signal } = this.#aborter
    for (;;) {
      const after = this.events.value.at(-1)?.position ?? 0
      const page = await recorder.events(this.id, { after, limit: PAGE_LIMIT }, { signal })
      if (page.items.length > 0) this.events.value = [...this.events.value, ...page.items]
      if (page.nextCursor === null) return
    }
  }
}

/** Returns the address of a segment's file. */
export function segmentUrl(id: string, medium: string, number: number): string {
  return `/v1${recordingPath(id, 'segments', medium, number)}`
}

/** Reads bytes of a segment's file, both ends included. */
export async function readSegmentRange(
  url: string,
  first: number,
  last: number,
): Promise<Uint8Array> {
  const response = await fetch(url, { headers: { Range: `bytes=${first}-${last}` } })
  if (response.status !== 206) throw new Error(`The recorder answered ${response.status}.`)
  return new Uint8Array(await response.arrayBuffer())
}
