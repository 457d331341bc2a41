import { batch, computed, signal } from '@preact/signals'
import type { Page } from '../../../client/types.ts'
import type { LogEvent } from '../../../contract/events.ts'
import type { ReplayState } from '../../../contract/replay.ts'
import { Replay } from '../../../replay/replay.ts'
import { onRecordingChange } from '../../live/live-state.ts'
import { oneAtATime } from '../../live/one-at-a-time.ts'
import { recorder } from '../../live/recorder.ts'
import { afterFrame } from '../../shell/after-frame.ts'
import { prepareCharts } from '../charts/chart-files.ts'
import { takeState } from './early-state.ts'

/** A short first page shows the first state soon. */
const FIRST_PAGE_LIMIT = 100
const PAGE_LIMIT = 1_000
/** So many events are folded before the page may draw again. */
const FOLDED_AT_ONCE = 500
/** While a long recording is read, the page shows so often how far it is. */
const SHOWN_EVERY_MS = 250

/** Where an opened recording begins: a position of the log, its newest event, or its first. */
export type Beginning = { position: number } | 'newest' | 'first'

/**
 * One recording in the inspector: its events, folded on this page by the recorder's own machines,
 * and the moment that is shown.
 */
export class Inspected {
  readonly id: string
  readonly replay: Replay
  /** The number of events that are folded. */
  readonly count = signal(0)
  /** The number of events that the recording is known to have. */
  readonly total = signal(0)
  readonly isComplete = signal(false)
  /** Whether the end of the recording is among the folded events. */
  readonly isClosed = signal(false)
  /** The number of the event after which the recording is shown; 0 is before the first. */
  readonly index = signal(0)
  /** Whether new events are shown as they come. */
  readonly follows = signal(false)
  /** Why not all events can be shown. */
  readonly problem = signal<unknown>(null)
  /** The recorder's own answer, shown until this page has folded so far. */
  readonly #early = signal<ReplayState | null>(null)
  #shown: ReplayState | null = null
  readonly #aborter = new AbortController()
  readonly #endFollowing: () => void
  /** The beginning that the recorder could not show. */
  #missed: Beginning | null = null
  #shownAt = Number.NEGATIVE_INFINITY
  /** Reads what is new. Calls while it reads lead to one more reading. */
  readonly #read = oneAtATime(() =>
    this.#readAll().catch((error) => {
      if (!this.#aborter.signal.aborted) this.problem.value = error
    }),
  )

  /** The recording as it was at the shown moment; null before anything is read. */
  readonly state = computed<ReplayState | null>(() => {
    const index = this.index.value
    const count = this.count.value
    if (index > count) return this.#early.value
    if (count === 0 && !this.isComplete.value) return null
    // Events that are added behind a neighbour change nothing here.
    const isKnown = this.#shown?.index === index && this.#shown.nextPosition !== null
    if (!isKnown) this.#shown = this.replay.stateAfter(index)
    return this.#shown
  })

  constructor(id: string, beginning: Beginning) {
    this.id = id
    this.replay = new Replay(id)
    this.follows.value = beginning === 'newest'
    // Most recordings have today's machines.
    prepareCharts()
    const isFirst = beginning === 'first'
    const opened = isFirst ? Promise.resolve() : this.#readEarly(beginning)
    // Another moment than the one that was asked for must not be shown meanwhile.
    this.#endFollowing = onRecordingChange(id, () => void opened.then(() => this.#read()))
    if (isFirst) {
      this.index.value = 1
      this.#read()
    }
    // Reading and folding all events would delay the state that is shown first.
    else void opened.then(() => afterFrame(() => this.#read()))
  }

  /** Shows the recording after so many of its events. */
  go(index: number): void {
    const known = Math.max(this.count.peek(), this.#early.peek()?.index ?? 0)
    const to = Math.min(Math.max(0, index), known)
    this.index.value =
      to > this.count.peek() && to !== this.#early.peek()?.index ? this.count.peek() : to
    this.follows.value = this.isComplete.peek() && to === this.count.peek()
  }

  /** Shows the recording after so many more events, or fewer. */
  step(by: number): void {
    this.go(this.index.peek() + by)
  }

  /** Goes to the next event of the same type, or to the one before. */
  stepSameType(direction: 1 | -1): void {
    const { events } = this.replay
    const index = this.index.peek()
    const type = events[index - 1]?.type
    if (type === undefined) this.step(direction)
    for (let at = index + direction; at >= 1 && at <= events.length; at += direction) {
      if (events[at - 1]?.type !== type) continue
      this.go(at)
      return
    }
  }

  /** Shows the recording after the event at a position of the log, or the last one before it. */
  goToPosition(position: number): void {
    this.go(this.replay.indexAtPosition(position))
  }

  close(): void {
    this.#endFollowing()
    this.#aborter.abort()
  }

  async #readEarly(beginning: Exclude<Beginning, 'first'>): Promise<void> {
    const { signal } = this.#aborter
    try {
      const state = await this.#ask(beginning, signal)
      prepareCharts(state.machinesVersion)
      this.#early.value = state
      this.total.value = Math.max(this.total.value, state.count)
      this.index.value = state.index
    } catch {
      // The events show what is wrong. Without a fault, the moment is not one of the log.
      this.#missed = beginning
    }
  }

  #ask(beginning: Exclude<Beginning, 'first'>, signal: AbortSignal): Promise<ReplayState> {
    if (beginning === 'newest') return recorder.replay(this.id, {}, { signal })
    return takeState(this.id, beginning.position) ?? recorder.replay(this.id, beginning, { signal })
  }

  async #readAll(): Promise<void> {
    try {
      await this.#readPages()
    } finally {
      // What was folded before a problem is shown, too.
      this.#show()
    }
    batch(() => {
      this.problem.value = null
      this.isComplete.value = true
      this.#goToMissed()
    })
  }

  #goToMissed(): void {
    const beginning = this.#missed
    this.#missed = null
    if (beginning === 'newest') this.go(this.count.peek())
    else if (beginning !== null && beginning !== 'first') this.goToPosition(beginning.position)
  }

  async #readPages(): Promise<void> {
    const { signal } = this.#aborter
    let next = this.#askForEvents(this.replay.events.at(-1)?.position ?? 0)
    for (;;) {
      const { items, nextCursor } = await next
      const last = items.at(-1)
      const isEnd = nextCursor === null || last === undefined
      // The recorder reads the next page while this one is folded.
      if (!isEnd) next = this.#askForEvents(last.position)
      await this.#fold(items)
      if (isEnd || signal.aborted) return
    }
  }

  #askForEvents(after: number): Promise<Page<LogEvent>> {
    const { signal } = this.#aborter
    const limit = after === 0 ? FIRST_PAGE_LIMIT : PAGE_LIMIT
    const page = recorder.events(this.id, { after, limit }, { signal })
    // Whoever waits for it learns of a problem, unless a fold has failed before.
    page.catch(() => {})
    return page
  }

  async #fold(events: readonly LogEvent[]): Promise<void> {
    for (let from = 0; from < events.length; from += FOLDED_AT_ONCE) {
      if (from > 0) await new Promise((resolve) => setTimeout(resolve))
      this.replay.append(events.slice(from, from + FOLDED_AT_ONCE))
      if (performance.now() - this.#shownAt > SHOWN_EVERY_MS) this.#show()
    }
    if (events.some(({ type }) => type === 'recording.closed')) this.isClosed.value = true
  }

  /** Shows how far the events are folded. Drawing that costs more than folding some pages. */
  #show(): void {
    this.#shownAt = performance.now()
    const { length } = this.replay.events
    batch(() => {
      this.count.value = length
      this.total.value = Math.max(this.total.value, length)
      if (this.follows.value && length > this.index.value) this.index.value = length
    })
  }
}
