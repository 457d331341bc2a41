import { RecorderError } from '../contract/errors.ts'
import { AnswerClock, answerTime, findAnswer } from './answers/answers.ts'
import { Compaction } from './database/compaction.ts'
import { probeDisk, wrapReadErrors } from './database/database.ts'
import { TAG_INDEX } from './database/keys.ts'
import type { LogSettings } from './event-log-options.ts'
import { LogReader } from './log-reader.ts'
import { LogUpkeep } from './log-upkeep.ts'
import type { OpenedLog } from './opened-log.ts'
import { BackgroundVerification } from './opening/background-verification.ts'
import { LogFinding } from './opening/log-finding.ts'
import type { BelievedState } from './opening/open-from-state.ts'
import { openVerifiedLog, probeWrite } from './opening/open-verified-log.ts'
import type {
  Appended,
  AppendRequest,
  AuditLog,
  EventLog,
  LogStatus,
  VerificationProgress,
} from './port.ts'
import { StateKeeper } from './state/state-keeper.ts'
import { CheckpointSigner } from './tree/checkpoint-signer.ts'
import { createLogProofs } from './tree/log-proofs.ts'
import { deleteUnnamedTags } from './views/unnamed-tags.ts'
import { Witness } from './witness/witness.ts'
import { LogWriter } from './writing/log-writer.ts'

/** An event log in LevelDB. */
export class LevelEventLog implements EventLog {
  readonly #settings: LogSettings
  readonly #witness: Witness
  readonly #upkeep: LogUpkeep
  readonly #answerClock: AnswerClock
  readonly #reader: LogReader
  readonly audit: AuditLog
  readonly #compaction = new Compaction(
    () => this.#log.db,
    (error) => this.fail(error),
  )
  readonly proofs = createLogProofs(() => this.#log)
  readonly #state: StateKeeper
  #log: OpenedLog
  #writer: LogWriter
  /** Whether all of the log is verified, and nothing was found to differ since. */
  #isIntact: boolean
  /** The verification that is under way; undefined when all is verified. */
  #verification: BackgroundVerification | undefined
  #reopening: Promise<void> | undefined
  #closing: Promise<void> | undefined

  /** `believed`: the state from which the log was opened; undefined when all of it is verified. */
  constructor(settings: LogSettings, log: OpenedLog, believed?: BelievedState) {
    this.#settings = settings
    this.#isIntact = believed === undefined
    this.#state = new StateKeeper(
      { ...settings, log: () => (this.#isIntact && !this.lostWitness ? this.#log : undefined) },
      believed?.stored.head.position ?? 0,
    )
    if (believed) this.#verification = this.#verify(log, believed)
    this.#witness = new Witness(settings.witnessFile, settings.onProblem)
    this.#answerClock = new AnswerClock(log.answers, settings.monotonic)
    this.#log = log
    this.#reader = new LogReader(
      () => this.#log,
      settings.onProblem,
      () => this.#reopening,
    )
    this.audit = this.#reader.audit
    this.#writer = this.#createWriter(log)
    this.#upkeep = new LogUpkeep({
      log: () => (this.#isWritable ? this.#log : undefined),
      writer: () => this.#writer,
      verified: () => this.verified(),
      compaction: this.#compaction,
      now: () => this.#answerClock.now(),
      onProblem: settings.onProblem,
    })
    this.#upkeep.begin()
    void this.#state.storeSometimes()
  }

  get status(): LogStatus {
    if (this.#reopening !== undefined) return 'reopening'
    if (this.#writer.failure !== undefined) return 'readOnly'
    return this.#verification === undefined ? 'verified' : 'verifying'
  }

  get verification(): VerificationProgress | undefined {
    return this.#verification?.progress
  }

  async verified(): Promise<void> {
    await (this.#reopening ?? this.#verification?.finished)
  }

  get readable() {
    return this.#log
  }

  get position(): number {
    return this.#log.head.position
  }

  get lastEventAt(): string | null {
    return this.#log.lastEventAt
  }

  get lostWitness() {
    return this.#log.lostWitness
  }

  get rebuiltViews() {
    return this.#log.rebuiltViews
  }

  writeWitness(): Promise<void> {
    return this.#witness.flush()
  }

  append(batch: AppendRequest): Appended {
    this.#assertOpen()
    if (this.#reopening !== undefined)
      throw new RecorderError('STORAGE_UNAVAILABLE', 'The log is being opened again and verified.')
    return this.#writer.append(batch)
  }

  get acknowledged(): number {
    return this.#writer.acknowledged
  }

  acknowledge(position: number): Promise<void> {
    return this.#writer.acknowledge(position)
  }

  fail(reason: RecorderError): void {
    this.#writer.fail(reason)
  }

  readonly events: EventLog['events'] = (query) => this.#reader.events(query)
  readonly records: EventLog['records'] = (query) => this.#reader.records(query)
  readonly recording: EventLog['recording'] = (id) => this.#reader.recording(id)
  readonly hasRecording: EventLog['hasRecording'] = (id) => this.#reader.hasRecording(id)

  openRecordings() {
    return [...this.#log.open.values()].map(({ view }) => this.#log.seals.openView(view))
  }

  readonly pending: EventLog['pending'] = (id) => this.#writer.pending(id)

  unfinishedErasures() {
    return [...this.#log.erasures.values()]
  }

  unfinishedFiles() {
    return [...this.#log.files.values()]
  }

  get trustedTime() {
    return this.#log.time
  }

  get contradiction() {
    return this.#log.contradiction
  }

  readonly recordings: EventLog['recordings'] = (query, toShown) =>
    this.#reader.recordings(query, toShown)
  readonly closedRecordings: EventLog['closedRecordings'] = (query) =>
    this.#reader.closedRecordings(query)
  readonly tagHistory: EventLog['tagHistory'] = (id, known) => this.#reader.tagHistory(id, known)

  segments(id: string, query: { limit: number; cursor?: string }) {
    return this.#reader.segments(id, query)
  }

  segment(id: string, medium: string, number: number) {
    return this.#reader.segment(id, medium, number)
  }

  answer(key: { client: string; key: string }) {
    return wrapReadErrors(() => findAnswer(this.#log, key, this.#answerClock.now()))
  }

  hasAnswer(key: { client: string; key: string }) {
    return answerTime(this.#log, key, this.#answerClock.now()) !== undefined
  }

  rules() {
    return this.#log.rules
  }

  clearErased(): Promise<void> {
    return deleteUnnamedTags(this.#log, this.#writer).then(() => this.#compaction.run([TAG_INDEX]))
  }

  tokens() {
    return [...this.#log.tokens.values()]
  }

  async reopen(): Promise<void> {
    this.#assertOpen()
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined
    })
    await this.#reopening
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #assertOpen(): void {
    if (this.#closing !== undefined)
      throw new RecorderError('STORAGE_UNAVAILABLE', 'The log is closed.')
  }

  #createWriter(log: OpenedLog): LogWriter {
    if (log.head.position > 0 && log.lostWitness === undefined) this.#witness.update(log.head)
    const { signing, problem } = this.#settings.keys
    const writer = new LogWriter(log, {
      now: () => this.#answerClock.now(),
      signer: new CheckpointSigner(signing),
      onCommitted: (head) => {
        this.#witness.update(head)
        void this.#state.storeSometimes()
      },
    })
    if (problem !== undefined) writer.fail(problem)
    return writer
  }

  get #isWritable(): boolean {
    return (
      this.#closing === undefined && (this.status === 'verified' || this.status === 'verifying')
    )
  }

  #verify({ db, head }: OpenedLog, believed: BelievedState): BackgroundVerification {
    const options = { ...this.#settings, ...believed, db, position: head.position }
    const verification = new BackgroundVerification(options)
    verification.finished.then(
      () => {
        this.#verification = undefined
        this.#isIntact = true
        void this.#state.storeSometimes()
      },
      (error) => {
        if (error instanceof LogFinding && error.repair !== 'reopen later') this.fail(error)
      },
    )
    return verification
  }

  async #reopen(): Promise<void> {
    const { failure } = this.#writer
    // Nothing but a backup helps. The log stays open, so that it can be read.
    if (failure instanceof LogFinding && failure.repair === 'restore') throw failure
    await this.#writer.idle()
    await this.#verification?.close()
    await this.#upkeep.idle()
    await this.#compaction.idle()
    const { acknowledged } = this.#writer
    try {
      const { keys } = this.#settings
      await keys.reload()
      if (keys.problem !== undefined) throw keys.problem
      // LevelDB cannot open on a full disk. Until there is space it stays open for reading.
      await probeDisk(this.#settings.folder)
      await this.#log.db.close()
      this.#isIntact = false
      await this.#state.drop()
      this.#log = await openVerifiedLog({ ...this.#settings, known: this.#log.head })
      this.#verification = undefined
      this.#isIntact = true
      const { unacknowledged } = this.#log
      unacknowledged.after = Math.max(unacknowledged.after, acknowledged)
      await probeWrite(this.#log.db)
      this.#writer = this.#createWriter(this.#log)
    } catch (error) {
      this.#writer.fail(error as RecorderError)
      throw error
    }
    this.#upkeep.begin()
    void this.#state.store()
  }

  async #close(): Promise<void> {
    await this.#reopening?.catch(() => undefined)
    await this.#writer.idle()
    await this.#verification?.close()
    await this.#compaction.close()
    await this.#upkeep.close()
    await this.#state.store()
    await this.#witness.flush().catch(this.#settings.onProblem)
    await this.#log.db.close()
  }
}
