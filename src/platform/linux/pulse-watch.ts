import { type Child, startChild } from '../../processes/child-process.ts'
import { runTool } from '../../processes/run-tool.ts'
import { deviceLost } from '../capture-problem.ts'
import type { SoundWatch, SoundWatchEvents } from '../sound-watch.ts'
import {
  type PulseEvent,
  type PulseState,
  parsePulseEvent,
  parsePulseState,
} from './pulse-state.ts'

/** How late news of a move may come; shorter than the quarantine of sound. */
const MARGIN_MS = 200
/**
 * From the start of the subscription to the first check. The check causes an event itself, which
 * shows that the subscription works.
 */
const FIRST_CHECK_MS = 150
/**
 * Between two checks: after news about a stream's source, after news about mute, and without news.
 */
const URGENT_CHECK_MS = 100
const MUTE_CHECK_MS = 500
const IDLE_CHECK_MS = 5_000
/**
 * First and longest pause until a check is repeated that had no answer, or that missed a stream
 * which may still be connecting.
 */
const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 2_000
const ANSWER_MS = 1_500
const RESTART_FIRST_MS = 250
const RESTART_MAX_MS = 1_000

/** The source that a stream belongs to, and the sink when the source is its monitor. */
export interface PulsePlace {
  source: string
  sink?: string
}

interface WatchedStream {
  place: PulsePlace
  pid: number
  events: SoundWatchEvents
  /** Known after the first check that found it. */
  stream: number | undefined
  source: number | undefined
  /** When the last check began that found it at its place. */
  confirmedAt: number
  /** Since when it may be elsewhere: by news before, and by news during the check under way. */
  suspectFrom: number | undefined
  suspectAgainFrom: number | undefined
  muted: string | null
  retryMs: number
}

/**
 * Watches the sources of streams, because a sound server moves streams silently when their source
 * goes away, or on request. One `pactl subscribe` serves all streams and runs as long as there are
 * any. Its events cause checks with `pactl list`.
 */
export class PulseWatch {
  readonly #env: NodeJS.ProcessEnv
  readonly #now: () => number
  readonly #watched = new Set<WatchedStream>()
  #subscription: Child | undefined
  #rest = ''
  /** The subscription has delivered an event. */
  #isLive = false
  #restartMs = RESTART_FIRST_MS
  #restartTimer: NodeJS.Timeout | undefined
  #checkTimer: NodeJS.Timeout | undefined
  /** By performance.now(). */
  #checkDueAt = Number.POSITIVE_INFINITY
  #checkBegunAt = Number.NEGATIVE_INFINITY
  #answeredAt = Number.NEGATIVE_INFINITY
  #lastEventAt = Number.NEGATIVE_INFINITY
  #isChecking = false

  /** `now`: the recorder's clock. */
  constructor(env: NodeJS.ProcessEnv, now: () => number) {
    this.#env = env
    this.#now = now
  }

  watch(place: PulsePlace, pid: number, events: SoundWatchEvents): SoundWatch {
    const state = {
      stream: undefined,
      source: undefined,
      suspectFrom: undefined,
      suspectAgainFrom: undefined,
      muted: null,
      retryMs: RETRY_FIRST_MS,
    }
    const watched: WatchedStream = { place, pid, events, confirmedAt: this.#now(), ...state }
    this.#watched.add(watched)
    if (this.#subscription === undefined && this.#restartTimer === undefined) this.#subscribe()
    this.#scheduleCheck(FIRST_CHECK_MS)
    return { stop: () => this.#remove(watched) }
  }

  #remove(watched: WatchedStream): void {
    this.#watched.delete(watched)
    if (this.#watched.size > 0) return
    clearTimeout(this.#restartTimer)
    clearTimeout(this.#checkTimer)
    this.#restartTimer = undefined
    this.#checkDueAt = Number.POSITIVE_INFINITY
    const subscription = this.#subscription
    this.#subscription = undefined
    subscription?.kill('SIGKILL')
  }

  #subscribe(): void {
    this.#restartTimer = undefined
    this.#rest = ''
    this.#isLive = false
    const subscription = startChild(
      { program: 'pactl', args: ['subscribe'] },
      {
        env: this.#env,
        onStdout: (chunk) => this.#onOutput(subscription, chunk.toString('latin1')),
      },
    )
    this.#subscription = subscription
    void subscription.exited.then(() => {
      if (this.#subscription !== subscription) return
      this.#subscription = undefined
      // Nothing reports moves until it runs again: until then only checks are believed.
      this.#isLive = false
      this.#suspect([...this.#watched])
      this.#restartTimer = setTimeout(() => this.#subscribe(), this.#restartMs)
      this.#restartMs = Math.min(2 * this.#restartMs, RESTART_MAX_MS)
      this.#scheduleCheck(this.#restartMs)
    })
  }

  #onOutput(subscription: Child, text: string): void {
    if (this.#subscription !== subscription) return
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    const events = lines.map(parsePulseEvent).filter((event) => event !== undefined)
    if (events.length === 0) return
    this.#lastEventAt = performance.now()
    if (!this.#isLive) {
      // Earlier checks may be out of date.
      this.#isLive = true
      this.#restartMs = RESTART_FIRST_MS
      this.#scheduleCheck(0)
    }
    for (const event of events) this.#onEvent(event)
  }

  #onEvent({ what, kind, index }: PulseEvent): void {
    const isChange = what === 'change'
    const isMove =
      (isChange && kind === 'source-output') || (what === 'remove' && kind === 'source')
    if (isMove) {
      const own = (known: number | undefined): boolean => known === undefined || known === index
      this.#suspect(
        [...this.#watched].filter(({ stream, source }) => own(kind === 'source' ? source : stream)),
      )
    } else if (isChange && (kind === 'source' || kind === 'sink')) {
      this.#scheduleCheck(Math.max(0, this.#checkBegunAt + MUTE_CHECK_MS - performance.now()))
    }
  }

  #suspect(suspected: WatchedStream[]): void {
    const fromMs = this.#now() - MARGIN_MS
    for (const watched of suspected) {
      if (this.#isChecking) watched.suspectAgainFrom ??= fromMs
      if (watched.suspectFrom !== undefined) continue
      watched.suspectFrom = fromMs
      watched.events.suspected(fromMs)
    }
    if (suspected.length > 0)
      this.#scheduleCheck(Math.max(0, this.#checkBegunAt + URGENT_CHECK_MS - performance.now()))
  }

  /** Schedules a check in `inMs`, or keeps an earlier one. */
  #scheduleCheck(inMs: number): void {
    const dueAt = performance.now() + inMs
    if (dueAt >= this.#checkDueAt || this.#watched.size === 0) return
    this.#checkDueAt = dueAt
    if (this.#isChecking) return
    clearTimeout(this.#checkTimer)
    this.#checkTimer = setTimeout(() => void this.#check(), inMs)
  }

  async #check(): Promise<void> {
    this.#isChecking = true
    this.#checkDueAt = Number.POSITIVE_INFINITY
    this.#checkBegunAt = performance.now()
    const begunAt = this.#now()
    for (const watched of this.#watched) watched.suspectAgainFrom = undefined
    const asked = [...this.#watched]
    // A subscription that comes alive only during the check may have missed a move after the
    // answer.
    const wasLive = this.#isLive
    const { outcome, stdout } = await runTool(
      { program: 'pactl', args: ['list'] },
      { env: this.#env, limitMs: ANSWER_MS },
    )
    const state = outcome === 'done' ? parsePulseState(stdout) : undefined
    for (const watched of asked)
      if (this.#watched.has(watched)) this.#evaluate(watched, state, { begunAt, wasLive })
    this.#isChecking = false
    if (state) this.#endHangingSubscription()
    const dueAt = Math.min(
      this.#checkDueAt,
      performance.now() + (this.#isLive ? IDLE_CHECK_MS : this.#restartMs),
    )
    this.#checkDueAt = Number.POSITIVE_INFINITY
    this.#scheduleCheck(Math.max(0, dueAt - performance.now()))
  }

  /**
   * Ends a subscription that hangs: our own checks cause events, and it has not delivered the last.
   */
  #endHangingSubscription(): void {
    if (this.#isLive && this.#lastEventAt < this.#answeredAt) this.#subscription?.kill('SIGKILL')
    this.#answeredAt = this.#checkBegunAt
  }

  #evaluate(
    watched: WatchedStream,
    state: PulseState | undefined,
    { begunAt, wasLive }: { begunAt: number; wasLive: boolean },
  ): void {
    const stream = state?.streams.find(({ pid }) => pid === watched.pid)
    const source = state?.sources.find(({ index }) => index === stream?.source)
    if (state === undefined || stream === undefined || source === undefined) {
      // There is no answer, or a change is under way, or the stream is not there yet or any more.
      // The end of its helper reports the last case.
      this.#scheduleCheck(watched.retryMs)
      watched.retryMs = Math.min(2 * watched.retryMs, RETRY_MAX_MS)
      return
    }
    watched.retryMs = RETRY_FIRST_MS
    watched.stream = stream.index
    const { place, events } = watched
    if (source.name !== place.source) {
      this.#remove(watched)
      const problem = deviceLost(
        `The device ${place.sink ?? place.source} is gone, or the sound server has switched to another.`,
      )
      events.lost(problem, watched.suspectFrom ?? watched.confirmedAt)
      return
    }
    watched.source = source.index
    watched.confirmedAt = begunAt
    if (!wasLive || !this.#isLive) {
      // Without a subscription no move is noticed, so sound is trusted only up to this check.
      watched.suspectFrom = begunAt
      events.suspected(begunAt)
    } else if (watched.suspectFrom !== undefined) {
      watched.suspectFrom = watched.suspectAgainFrom
      events.suspected(watched.suspectAgainFrom ?? null)
    }
    const sink = state.sinks.find(({ name }) => name === place.sink)
    const muted = stream.muted
      ? 'The recorder is muted in the sound settings.'
      : source.muted || sink?.muted
        ? `The ${place.sink === undefined ? 'microphone' : 'speaker'} is muted.`
        : null
    if (muted === watched.muted) return
    watched.muted = muted
    events.muted(muted)
  }
}
