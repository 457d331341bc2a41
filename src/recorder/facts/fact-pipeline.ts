import type { CaptureReport } from '../../actors/capture.ts'
import type { By } from '../../contract/by.ts'
import type { CustodyRules } from '../../contract/custody.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { Medium } from '../../contract/media.ts'
import type { LiveInspection } from '../../inspection/live-inspection.ts'
import type { Appended, EventLog } from '../../store/port.ts'
import type { LiveRecording } from '../live-recording.ts'
import { type OpenRecordings, startsRecording } from '../open-recordings.ts'
import { endsFile, isTransient, reportFacts, type SegmentReport } from './capture-reports.ts'
import { answersTo, type RenderAnswer } from './completed-command.ts'
import { isOfOneRecording } from './error-scope.ts'
import { EventBatch, type FactCause } from './event-batch.ts'
import { LiveRecordings } from './live-recordings.ts'
import { LostHolds } from './lost-holds.ts'
import type { PendingCommand } from './pending-command.ts'
import { PendingCommands } from './pending-commands.ts'
import { ReportOrder } from './report-order.ts'
import { SegmentLedger } from './segment-ledger.ts'
import { failureError, rejectSettled, type Settlement } from './settlement.ts'
import { UncommittedBatches } from './uncommitted-batches.ts'

/** Why capture has ended although no event says so yet, and since when (RFC 3339). */
export interface UnrecordedEnd {
  error: RecorderError
  since: string
}

/** The parts that a fact pipeline works with. */
export interface FactPipelineOptions {
  log: EventLog
  system: By
  /** The rules of custody in force. */
  rules(): CustodyRules
  now(): number
  stallMs: number
  createLive(id: string): LiveRecording
  inspection: LiveInspection
  render: RenderAnswer
  /** Called first with every report. A promise delays the report's facts until it settles. */
  observeReport(id: string, medium: Medium, report: CaptureReport): Promise<void> | undefined
  onCommitted(events: readonly LogEvent[]): void
  /** Removes the files of a start that was rolled back; its actors have ended. */
  onRolledBack(id: string): Promise<void>
  /** Called once the log has failed, all captures are cut and all waiting commands are rejected. */
  onFailure(error: RecorderError): void
  onFault(what: string, error: unknown): void
}

/**
 * The one way into the log. Takes facts in batches, folds them into the pending recordings at once,
 * and hands them on, in log order, to the live machines and readers once they are on disk. Never
 * waits for an effect.
 */
export class FactPipeline {
  readonly live: LiveRecordings
  readonly #options: FactPipelineOptions
  readonly #pending = new PendingCommands()
  readonly ledger = new SegmentLedger()
  readonly lostHolds: LostHolds
  readonly #uncommitted: UncommittedBatches
  readonly #order: ReportOrder
  #recordings: OpenRecordings = new Map()
  #failure: RecorderError | undefined
  #unrecordedEnd: UnrecordedEnd | undefined

  constructor(options: FactPipelineOptions) {
    this.#options = options
    this.lostHolds = new LostHolds(options.log)
    this.#uncommitted = new UncommittedBatches({
      stallMs: options.stallMs,
      onStall: () => {
        const detail = `The disk has not confirmed a write of the log within ${options.stallMs} ms.`
        this.fail(new RecorderError('STORAGE_UNAVAILABLE', detail))
      },
      onFailed: (error) => this.fail(error),
    })
    const { createLive: create, inspection, onRolledBack, onFault } = options
    this.#order = new ReportOrder((error) => onFault('an observer of reports', error))
    this.live = new LiveRecordings({ create, inspection, onRolledBack, onFault })
  }

  /** The open recordings as they are once everything queued is durable. Arbitration uses them. */
  get recordings(): OpenRecordings {
    return this.#recordings
  }

  /** Why the log failed; undefined while it can be written. */
  get failure(): RecorderError | undefined {
    return this.#failure
  }

  /** Set from a failure of the log until the facts of its recovery are durable. */
  get unrecordedEnd(): UnrecordedEnd | undefined {
    return this.#unrecordedEnd
  }

  /** Starts from the folds of a log that has just been opened or reopened. */
  reset(recordings: OpenRecordings, pastEvents: ReadonlyMap<string, readonly LogEvent[]>): void {
    if (!this.live.isEmpty)
      throw new RecorderError('INTERNAL', 'The old actors have not been ended.')
    this.#recordings = recordings
    this.#failure = undefined
    this.ledger.clear()
    this.lostHolds.reset()
    for (const [id, events] of pastEvents) this.live.create(id, events)
  }

  /**
   * Appends a batch of facts. Resolves when it, and all before it, are durable. Rejects with the
   * reason why the log failed, or with INTERNAL when a fact does not fit the state.
   */
  async append(cause: FactCause, build: (batch: EventBatch) => void): Promise<void> {
    const batch = this.#begin(cause)
    build(batch)
    await this.#commit(batch)
  }

  /**
   * Appends the facts of an accepted command, which is pending from then on: its `answered` settles
   * when its outcome is durable. Throws when the log has failed.
   */
  accept(cause: FactCause, build: (batch: EventBatch) => PendingCommand): PendingCommand {
    const batch = this.#begin(cause)
    const pending = build(batch)
    this.#pending.add(pending)
    // The pending command itself is rejected when the append fails.
    this.#commit(batch).catch(() => {})
    return pending
  }

  #begin(cause: FactCause): EventBatch {
    if (this.#failure) throw this.#failure
    const { ledger } = this
    const { log, now, system, rules } = this.#options
    return new EventBatch(this.#recordings, cause, now(), {
      isFinished: (id) => ledger.isFinished(id),
      closingVersion: (id) => ledger.closingVersion(id) ?? log.pending(id)?.version,
      system,
      erasesWithoutConsent: () => rules().consent.eraseWhenWithdrawn,
      mayLackHolds: () => this.lostHolds.areLikely,
    })
  }

  /** Carries out a batch's cuts before anything else can fail, then settles and appends. */
  async #commit(batch: EventBatch): Promise<void> {
    this.live.cut(batch.cuts)
    const cutsCarriedOut = batch.cuts.length
    let settled: [PendingCommand, Settlement][] = []
    let appended: Appended
    try {
      this.#pending.overtake(batch)
      settled = this.#pending.settle(batch)
      this.live.cut(batch.cuts.slice(cutsCarriedOut))
      if (batch.events.length === 0) return this.#uncommitted.newest
      appended = this.#append(batch, settled)
    } catch (error) {
      // Commands wait for facts that cannot be appended: nothing may continue. But a damaged view
      // or key of a closed recording is no reason to end what is recorded.
      const isOfClosed = batch.recordings === this.#recordings
      if (!(isOfClosed && isOfOneRecording(error))) this.fail(error)
      rejectSettled(settled, error)
      throw error
    }
    const durable = this.#whenDurable(appended)
    durable.then(
      () => this.#answer(settled, appended),
      (error) => rejectSettled(settled, error),
    )
    return durable
  }

  #answer(settled: [PendingCommand, Settlement][], { answers, events }: Appended): void {
    if (settled.length === 0) return
    const left = [...answers]
    for (const [pending, settlement] of settled) {
      if ('failure' in settlement) pending.reject(failureError(pending, settlement.failure))
      else pending.resolve(left.shift()!)
    }
    const { position } = events.at(-1)!
    this.#options.log.acknowledge(position).catch((error) => this.fail(error))
  }

  #append(batch: EventBatch, settled: [PendingCommand, Settlement][]): Appended {
    const { log, render } = this.#options
    const answers = answersTo(settled, batch.recordings, render)
    const { events, voidUnacknowledged } = batch
    const appended = log.append({ events, answers, voidUnacknowledged })
    this.#recordings = batch.recordings
    for (const event of appended.events) {
      this.ledger.observe(event)
      this.lostHolds.observe(event)
      // Before the batch is durable: a pause may arrive earlier, and needs actors to cut.
      if (startsRecording(event)) this.live.create(event.recordingId)
    }
    for (const { id, reason } of batch.closeLater) this.ledger.closeLater(id, reason)
    return appended
  }

  /** Resolves when a batch is durable and handed on; rejects when the log fails. */
  #whenDurable(appended: Appended): Promise<void> {
    return this.#uncommitted.add(appended, () => {
      // A command that the closing has left pending still adds how it ended.
      if (this.#uncommitted.isEmpty) this.ledger.forgetClosing((id) => this.#pending.concern(id))
      this.#unrecordedEnd = undefined
      this.#handOn(appended.events)
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
      for (const event of events) this.live.apply(event)
    } catch (error) {
      // Actors that diverge from the log must not continue to capture.
      onFault('live machines', error)
      this.fail(error)
    }
  }

  /** Turns what a capture reports into facts, unless it is no fact, like a level. */
  report(id: string, medium: Medium, report: CaptureReport): void {
    const delay = this.#options.observeReport(id, medium, report)
    if (isTransient(report)) return
    const live = this.live.get(id)
    this.#order.pass(`${id} ${medium}`, delay, (hasWaited) => {
      // If the log was reopened meanwhile, recovery has already recorded what became of it.
      const isKnown = hasWaited && (live === undefined || this.live.get(id) !== live)
      if (!isKnown) this.#report(id, medium, report)
    })
  }

  #report(id: string, medium: Medium, report: SegmentReport): void {
    if (this.#failure || !this.#recordings.has(id)) return
    const ref = { medium, segment: report.segment }
    const waiting = this.#pending.waitingFor(id, medium, ref.segment)
    const cause = waiting[0]?.cause ?? { by: this.#options.system, commandId: null }
    this.append(cause, (batch) => {
      const outcome = reportFacts(batch, id, medium, report, this.ledger.isOpened(id, ref))
      const isUnfinished = report.type === 'capture.ended' && report.unfinished
      if (outcome)
        for (const pending of waiting)
          pending.recordOutcome(medium, ref.segment, outcome, isUnfinished)
      batch.addRecordingState(id, 'failed')
      if (endsFile(report)) this.ledger.finish(id, ref)
      const due = this.ledger.dueClose(id)
      if (due) batch.close(id, due)
    }).catch((error) => this.#options.onFault('a capture’s report', error))
  }

  /** Whether the outcome of a command is still open. */
  isPending(command: PendingCommand): boolean {
    return this.#pending.has(command)
  }

  /** Settles a command that has waited too long. */
  expire(pending: PendingCommand): void {
    if (this.#failure || !this.#pending.has(pending)) return
    pending.expire()
    this.append(pending.cause, () => {}).catch((error) =>
      this.#options.onFault('an overdue command', error),
    )
  }

  /**
   * Marks the log as failed: cuts all captures and rejects everything that waits, none of which may
   * be written later.
   */
  fail(cause: unknown): void {
    if (this.#failure) return
    const error =
      cause instanceof RecorderError
        ? cause
        : new RecorderError('STORAGE_UNAVAILABLE', 'The log cannot be written.', { cause })
    this.#failure = error
    const at = this.#options.now()
    const since = this.#unrecordedEnd?.since ?? new Date(at).toISOString()
    this.#unrecordedEnd = { error, since }
    this.live.cutAll(at)
    this.#options.log.fail(error)
    this.#pending.rejectAll(error)
    this.#uncommitted.rejectAll(error)
    this.#options.onFailure(error)
  }

  /** Ends all live actors; resolves when no capture process is left. */
  async dispose(): Promise<void> {
    await this.live.dispose()
    this.ledger.clear()
  }
}
