import { RecorderError } from '../events/errors.ts'
import type { LogEvent } from '../events/events.ts'
import type { By, Medium } from '../events/media.ts'
import type { RecordingView } from '../events/resources.ts'
import type { Appended, EventLog, StoredAnswer } from '../store/types.ts'
import { conclude, failureError, type InFlight, type Verdict, verdictOf } from './in-flight.ts'
import type { LiveRecording } from './live-recording.ts'
import { reportFacts, type SegmentReport } from './reports.ts'
import { type Cause, Transaction } from './transaction.ts'
import type { World } from './world.ts'

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
  render(flight: InFlight, status: number, view: RecordingView | undefined, world: World): StoredAnswer
  onCommitted(events: readonly LogEvent[]): void
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
  /** Segments whose processes or files are not finished, and those the log knows the file of; by recording. */
  readonly #unfinished = new Map<string, Set<string>>()
  readonly #opened = new Set<string>()
  readonly #closeLater = new Set<string>()
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

  /** Whether all files of a recording are on disk. */
  finished(id: string): boolean {
    return (this.#unfinished.get(id)?.size ?? 0) === 0
  }

  /** The segments of a recording that are not finished. */
  unfinished(id: string): { medium: Medium; segment: number }[] {
    return [...(this.#unfinished.get(id) ?? [])].map((key) => {
      const [medium, segment] = key.split('/')
      return { medium: medium as Medium, segment: Number(segment) }
    })
  }

  /** Starts from what the log tells, after opening or reopening it. */
  reset(world: World, replays: ReadonlyMap<string, readonly LogEvent[]>): void {
    this.#world = world
    this.#failure = undefined
    this.#uncommitted = 0
    this.#unfinished.clear()
    this.#opened.clear()
    this.#closeLater.clear()
    for (const [id, events] of replays) {
      const live = this.#options.makeLive(id)
      live.replay(events)
      this.live.set(id, live)
    }
  }

  /**
   * Makes a batch of facts at once. Cuts are carried out before the batch is on disk. Resolves when it is; rejects with
   * what made the log fail, or INTERNAL when a fact does not fit the state.
   */
  async transact(cause: Cause, build: (tx: Transaction) => InFlight | undefined): Promise<void> {
    if (this.#failure) throw this.#failure
    const tx = new Transaction(this.#world, cause, this.#options.now(), (id) => this.finished(id))
    const flight = build(tx)
    this.#overtake(tx)
    if (flight) this.#flights.set(cause.commandId ?? '', flight)
    const { concluded, more } = this.#conclude(tx)
    for (const cut of tx.cuts) this.live.get(cut.recordingId)?.cut(cut)
    if (tx.events.length === 0) return
    const appended = this.#append(tx, concluded)
    const durable = this.#durable(appended)
    durable.then(
      () => {
        for (const [done, verdict] of concluded) {
          if ('failure' in verdict) done.reject(failureError(done, verdict.failure))
          else done.resolve(appended.answer as StoredAnswer)
        }
      },
      (error) => {
        for (const [done] of concluded) done.reject(error)
      },
    )
    // A batch keeps one answer; a second command that the same fact completes gets a batch of its own right behind.
    if (more) this.transact({ by: this.#options.system, commandId: null }, () => undefined).catch(() => {})
    return durable
  }

  #append(tx: Transaction, concluded: [InFlight, Verdict][]): Appended {
    const { log, render } = this.#options
    const completed = concluded.find(([, verdict]) => 'status' in verdict)
    let appended: Appended
    try {
      appended = log.append({
        events: tx.events,
        ...(completed && {
          answer: {
            idempotency: completed[0].command.idempotency,
            render: (view) =>
              render(
                completed[0],
                (completed[1] as { status: number }).status,
                view(completed[0].recordingId),
                tx.world,
              ),
          },
        }),
      })
    } catch (error) {
      for (const [flight] of concluded) flight.reject(error)
      this.fail(error)
      throw error
    }
    this.#world = tx.world
    for (const event of appended.events) this.#noteSegments(event)
    for (const id of tx.closeLater) this.#closeLater.add(id)
    return appended
  }

  #noteSegments(event: LogEvent): void {
    const id = event.recordingId as string
    if (event.type === 'track.starting' || event.type === 'track.resuming' || event.type === 'track.recovering') {
      const set = this.#unfinished.get(id) ?? new Set()
      this.#unfinished.set(id, set.add(`${event.data.medium}/${event.data.segment}`))
    } else if (event.type === 'segment.opened') this.#opened.add(`${id}/${event.data.medium}/${event.data.number}`)
    else if (event.type === 'recording.closed' || event.type === 'recording.startFailed') this.#unfinished.delete(id)
  }

  /** A start whose segment is cut by a pause or stop is not going to be confirmed. */
  #overtake(tx: Transaction): void {
    for (const { recordingId, medium, segment } of tx.cuts) {
      for (const flight of this.#flights.values()) {
        if (flight.goal === 'flowing' && !flight.reverting && flight.waitsFor(recordingId, medium, segment)) {
          flight.note(medium, segment, 'overtaken')
        }
      }
    }
  }

  #conclude(tx: Transaction): { concluded: [InFlight, Verdict][]; more: boolean } {
    const concluded: [InFlight, Verdict][] = []
    let answered = false
    for (const [id, flight] of this.#flights) {
      const verdict = verdictOf(flight, tx)
      if (!verdict) continue
      if ('status' in verdict && answered) return { concluded, more: true }
      answered ||= 'status' in verdict
      conclude(flight, verdict, tx)
      this.#flights.delete(id)
      concluded.push([flight, verdict])
    }
    return { concluded, more: false }
  }

  /** Resolves when a batch is on disk and handed on; rejects when it is not, or the log has failed meanwhile. */
  #durable(appended: Appended): Promise<void> {
    // What queues up behind does not start the watch anew: else a disk that hangs while facts keep coming is never noticed.
    if (this.#uncommitted++ === 0) this.#watchStall()
    const { onCommitted, onFault } = this.#options
    return new Promise((resolve, reject) => {
      this.#waiters.add(reject)
      appended.committed.then(
        () => {
          if (!this.#waiters.delete(reject)) return
          this.#uncommitted--
          this.#watchStall()
          try {
            for (const event of appended.events) this.#applyLive(event)
          } catch (error) {
            onFault('live machines', error)
          }
          onCommitted(appended.events)
          resolve()
        },
        (error) => {
          this.fail(error)
        },
      )
    })
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
    if (event.type === 'command.accepted' && event.data.command === 'recording.start') {
      this.live.set(id, this.#options.makeLive(id))
    }
    const live = this.live.get(id)
    if (!live) return
    live.apply(event)
    if (event.type !== 'recording.closed' && event.type !== 'recording.startFailed') return
    this.live.delete(id)
    live.dispose().catch((error) => this.#options.onFault('ending a recording’s actors', error))
  }

  /** Takes what a capture actor reports about a segment. */
  report(id: string, medium: Medium, report: SegmentReport): void {
    if (this.#failure || !this.#world.has(id)) return
    const { segment } = report
    const waiting = [...this.#flights.values()].filter((flight) => flight.waitsFor(id, medium, segment))
    const cause = waiting[0]?.cause ?? { by: this.#options.system, commandId: null }
    this.transact(cause, (tx) => {
      const outcome = reportFacts(tx, id, medium, report, this.#opened.has(`${id}/${medium}/${segment}`))
      for (const flight of waiting) flight.note(medium, segment, outcome)
      tx.derive(id, 'failed')
      const over = report.type === 'capture.closed' || (report.type === 'capture.ended' && !report.unfinished)
      if (over) this.#unfinished.get(id)?.delete(`${medium}/${segment}`)
      if (this.#closeLater.has(id) && this.finished(id)) {
        this.#closeLater.delete(id)
        tx.add(id, 'recording.closed', { reason: 'nextStart' })
      }
      return undefined
    }).catch((error) => this.#options.onFault('a capture’s report', error))
  }

  /** Concludes a command that has waited too long. */
  expire(flight: InFlight): void {
    if (this.#failure || ![...this.#flights.values()].includes(flight)) return
    flight.expire()
    this.transact(flight.cause, () => undefined).catch((error) => this.#options.onFault('an overdue command', error))
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
