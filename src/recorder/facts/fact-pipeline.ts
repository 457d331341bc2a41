import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { By, Medium } from '../../contract/media.ts'
import type { RecordingView } from '../../contract/resources.ts'
import type { Appended, EventLog, StoredAnswer } from '../../store/types.ts'
import type { LiveRecording } from '../live-recording.ts'
import { startsRecording, type World } from '../open-recordings.ts'
import { reportFacts, type SegmentReport } from './capture-reports.ts'
import { type Cause, type Cut, Transaction } from './event-batch.ts'
import {
  conclude,
  failureError,
  type InFlight,
  type Verdict,
  verdictOf,
} from './pending-command.ts'
import { OpenBooks } from './segment-ledger.ts'

/** How long the disk may take for a batch before the log counts as failed: capture must not outlive it. */
export const LOG_STALL_MS = 3_000

/** What the funnel needs of its surroundings. */
export interface FunnelOptions {
  log: EventLog
  system: By
  now(): number
  stallMs: number
  makeLive(id: string): LiveRecording
  /** The answer to a completed command, as its client is shown the recording in this world. */
  render(
    flight: InFlight,
    status: number,
    view: RecordingView | undefined,
    world: World,
  ): StoredAnswer
  onCommitted(events: readonly LogEvent[]): void
  /** A start was rolled back and its actors have ended: what is left of it on disk goes. */
  onAbandoned(id: string): Promise<void>
  /** The log has failed; everything waiting has been told, and all captures have been cut. */
  onFailure(error: RecorderError): void
  onFault(what: string, error: unknown): void
}

/**
 * The one way into the log. Takes facts in batches, folds them into the pending world at once, and hands them on, in
 * log order, to the live machines and readers once they are on disk. Never waits for an effect.
 */
export class Funnel {
  readonly live = new Map<string, LiveRecording>()
  readonly #options: FunnelOptions
  readonly #flights = new Map<string, InFlight>()
  readonly books = new OpenBooks()
  readonly #waiters = new Set<(error: unknown) => void>()
  #world: World = new Map()
  #failure: RecorderError | undefined
  #uncommitted = 0
  #stallTimer: NodeJS.Timeout | undefined

  constructor(options: FunnelOptions) {
    this.#options = options
  }

  /** The world as it will be when everything queued is on disk. Decisions are made on it. */
  get world(): World {
    return this.#world
  }

  /** Since when (RFC 3339) nothing can be taken. */
  failedAt: string | undefined

  /** Why nothing can be taken now. */
  get failure(): RecorderError | undefined {
    return this.#failure
  }

  /** Starts from what the log tells, after opening or reopening it. */
  reset(world: World, replays: ReadonlyMap<string, readonly LogEvent[]>): void {
    if (this.live.size > 0)
      throw new RecorderError('INTERNAL', 'The old actors have not been ended.')
    this.#world = world
    this.#failure = undefined
    this.failedAt = undefined
    this.#uncommitted = 0
    this.books.clear()
    for (const [id, events] of replays) {
      const live = this.#options.makeLive(id)
      live.replay(events)
      this.live.set(id, live)
    }
  }

  /**
   * Makes a batch of facts at once. Cuts are carried out before anything else can go wrong. Resolves when the batch is
   * on disk; rejects with what made the log fail, or INTERNAL when a fact does not fit the state.
   */
  async transact(cause: Cause, build: (tx: Transaction) => InFlight | undefined): Promise<void> {
    if (this.#failure) throw this.#failure
    const tx = new Transaction(this.#world, cause, this.#options.now(), this.books)
    const flight = build(tx)
    if (flight) this.#flights.set(cause.commandId ?? '', flight)
    this.#carryOut(tx.cuts)
    const asked = tx.cuts.length
    let concluded: [InFlight, Verdict][]
    let appended: Appended
    try {
      this.#overtake(tx)
      concluded = this.#conclude(tx)
      this.#carryOut(tx.cuts.slice(asked))
      if (tx.events.length === 0) return
      appended = this.#append(tx, concluded)
    } catch (error) {
      // Commands wait for what cannot be written down: nothing may go on.
      this.fail(error)
      throw error
    }
    const durable = this.#durable(appended)
    durable.then(
      () => this.#answer(concluded, appended.answers),
      (error) => {
        for (const [done] of concluded) done.reject(error)
      },
    )
    return durable
  }

  #carryOut(cuts: Cut[]): void {
    for (const cut of cuts) this.live.get(cut.recordingId)?.cut(cut)
  }

  #answer(concluded: [InFlight, Verdict][], answers: StoredAnswer[]): void {
    const left = [...answers]
    for (const [flight, verdict] of concluded) {
      if ('failure' in verdict) flight.reject(failureError(flight, verdict.failure))
      else flight.resolve(left.shift() as StoredAnswer)
    }
  }

  #append(tx: Transaction, concluded: [InFlight, Verdict][]): Appended {
    const { log, render, makeLive } = this.#options
    const answers = concluded.flatMap(([flight, verdict]) => {
      if ('failure' in verdict) return []
      const answer = (view: (id: string) => RecordingView | undefined) =>
        render(flight, verdict.status, view(flight.recordingId), tx.world)
      return [{ idempotency: flight.command.idempotency, render: answer }]
    })
    const appended = log.append({ events: tx.events, answers })
    this.#world = tx.world
    for (const event of appended.events) {
      this.books.take(event)
      // Before the batch is on disk: a pause may come earlier than that, and must find somebody to tell.
      if (startsRecording(event)) this.live.set(event.recordingId, makeLive(event.recordingId))
    }
    for (const { id, reason } of tx.closeLater) this.books.closeLater(id, reason)
    return appended
  }

  /** A start whose segment is cut by a pause or stop is not going to be confirmed. */
  #overtake(tx: Transaction): void {
    for (const { recordingId, medium, segment } of tx.cuts) {
      for (const flight of this.#flights.values()) {
        if (
          flight.goal === 'flowing' &&
          !flight.reverting &&
          flight.waitsFor(recordingId, medium, segment)
        ) {
          flight.note(medium, segment, 'overtaken')
        }
      }
    }
  }

  #conclude(tx: Transaction): [InFlight, Verdict][] {
    const concluded: [InFlight, Verdict][] = []
    for (const [id, flight] of this.#flights) {
      const verdict = verdictOf(flight, tx)
      if (!verdict) continue
      this.#flights.delete(id)
      concluded.push([flight, verdict])
      conclude(flight, verdict, tx)
    }
    return concluded
  }

  /** Resolves when a batch is on disk and handed on; rejects when it is not, or the log has failed meanwhile. */
  #durable(appended: Appended): Promise<void> {
    // What queues up behind does not start the watch anew: else a disk that hangs while facts keep coming is never noticed.
    if (this.#uncommitted++ === 0) this.#watchStall()
    return new Promise((resolve, reject) => {
      this.#waiters.add(reject)
      appended.committed.then(
        () => {
          if (!this.#waiters.delete(reject)) return
          if (--this.#uncommitted === 0) this.books.settled()
          this.#watchStall()
          this.#handOn(appended.events)
          resolve()
        },
        (error) => {
          this.fail(error)
        },
      )
    })
  }

  #handOn(events: readonly LogEvent[]): void {
    const { onCommitted, onFault } = this.#options
    try {
      onCommitted(events)
    } catch (error) {
      onFault('a reader of events', error)
    }
    try {
      for (const event of events) this.#applyLive(event)
    } catch (error) {
      // Actors that do not follow the log must not go on capturing.
      onFault('live machines', error)
      this.fail(error)
    }
  }

  #watchStall(): void {
    clearTimeout(this.#stallTimer)
    if (this.#uncommitted === 0) return
    const detail = `The disk has not taken the log's entries for ${this.#options.stallMs} ms.`
    this.#stallTimer = setTimeout(
      () => this.fail(new RecorderError('STORAGE_UNAVAILABLE', detail)),
      this.#options.stallMs,
    )
  }

  #applyLive(event: LogEvent): void {
    const id = event.recordingId
    if (id === null || event.type === 'command.refused') return
    const live = this.live.get(id)
    if (!live) return
    live.apply(event)
    if (event.type !== 'recording.closed' && event.type !== 'recording.startFailed') return
    this.live.delete(id)
    const { onAbandoned, onFault } = this.#options
    const ended = live
      .dispose()
      .then(() => (event.type === 'recording.startFailed' ? onAbandoned(id) : undefined))
    ended.catch((error) => onFault('ending a recording’s actors', error))
  }

  /** Takes what a capture actor reports about a segment. */
  report(id: string, medium: Medium, report: SegmentReport): void {
    if (this.#failure || !this.#world.has(id)) return
    const ref = { medium, segment: report.segment }
    const waiting = [...this.#flights.values()].filter((flight) =>
      flight.waitsFor(id, medium, ref.segment),
    )
    const cause = waiting[0]?.cause ?? { by: this.#options.system, commandId: null }
    this.transact(cause, (tx) => {
      const outcome = reportFacts(tx, id, medium, report, this.books.isOpened(id, ref))
      if (outcome) for (const flight of waiting) flight.note(medium, ref.segment, outcome)
      tx.derive(id, 'failed')
      const over =
        report.type === 'capture.closed' || (report.type === 'capture.ended' && !report.unfinished)
      if (over) this.books.finish(id, ref)
      const due = this.books.dueClose(id)
      if (due) tx.add(id, 'recording.closed', { reason: due })
      return undefined
    }).catch((error) => this.#options.onFault('a capture’s report', error))
  }

  /** Concludes a command that has waited too long. */
  expire(flight: InFlight): void {
    if (this.#failure || ![...this.#flights.values()].includes(flight)) return
    flight.expire()
    this.transact(flight.cause, () => undefined).catch((error) =>
      this.#options.onFault('an overdue command', error),
    )
  }

  /** The log cannot be written: capture ends now, and everybody who waits is told. */
  fail(cause: unknown): void {
    if (this.#failure) return
    const error =
      cause instanceof RecorderError
        ? cause
        : new RecorderError('STORAGE_UNAVAILABLE', 'The log cannot be written.', { cause })
    this.#failure = error
    clearTimeout(this.#stallTimer)
    const at = this.#options.now()
    this.failedAt = new Date(at).toISOString()
    for (const live of this.live.values()) live.cutAll(at)
    for (const flight of this.#flights.values()) flight.reject(error)
    this.#flights.clear()
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const reject of waiters) reject(error)
    this.#options.onFailure(error)
  }

  /** Ends all live actors; resolves when no capture process is left. */
  async dispose(): Promise<void> {
    clearTimeout(this.#stallTimer)
    const all = [...this.live.values()]
    this.live.clear()
    await Promise.all(all.map((live) => live.dispose()))
  }
}
