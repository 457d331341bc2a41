import { RecorderError } from '../contract/errors.ts'
import type { TagEntry } from '../contract/views.ts'
import { AnswerClock, answerTime, evictExpired, findAnswer } from './answers.ts'
import { fillAuditIndex } from './audit/fill-audit-index.ts'
import { Compaction } from './compaction.ts'
import { probeDisk, wrapReadErrors } from './database.ts'
import type { EventLogOptions } from './event-log-options.ts'
import { REMAINS_KEY, TAG_INDEX, UNSEALED_RANGES } from './keys.ts'
import { LogReader } from './log-reader.ts'
import { LogWriter } from './log-writer.ts'
import { type OpenedLog, openVerifiedLog, probeWrite } from './opened-log.ts'
import type {
  Appended,
  AppendRequest,
  AuditLog,
  ClosedQuery,
  EventLog,
  LogStatus,
  RecordingQuery,
  ToShown,
} from './port.ts'
import { ValueSeals } from './sealing/value-seals.ts'
import { CheckpointSigner } from './tree/checkpoint-signer.ts'
import { createLogProofs } from './tree/log-proofs.ts'
import type { TrustedTime } from './trusted-time.ts'
import { Witness } from './witness.ts'
import type { LostWitness } from './witness-check.ts'

const HOUR_MS = 60 * 60 * 1_000
const EVICTED_AT_A_TIME = 500

export type { EventLogOptions } from './event-log-options.ts'

/**
 * Opens the event log of a folder, verifies it from its first event to its last, and brings its
 * projections up to date. Rejects with RecorderError STORAGE_UNAVAILABLE (damaged: the detail names
 * the position; open elsewhere: LEVEL_LOCKED among the causes; not readable; WitnessLostError) or
 * STORAGE_FULL.
 */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const { onLocked, ...others } = options
  const settings: Settings = {
    ...others,
    seals: new ValueSeals(options.keys),
    monotonic: options.monotonic ?? (() => performance.now()),
    onProgress: options.onProgress ?? (() => {}),
    witnessFile: options.witnessFile ?? `${options.folder}.head`,
    onProblem: options.onProblem ?? ((problem) => process.emitWarning(problem)),
  }
  return new LevelEventLog(settings, await openVerifiedLog({ ...settings, onLocked }))
}

type Settings = EventLogOptions & { seals: ValueSeals } & Required<
    Pick<EventLogOptions, 'monotonic' | 'onProgress' | 'witnessFile' | 'onProblem'>
  >

class LevelEventLog implements EventLog {
  readonly #settings: Settings
  readonly #witness: Witness
  readonly #hourly: NodeJS.Timeout
  readonly #answerClock: AnswerClock
  readonly #reader: LogReader
  readonly audit: AuditLog
  readonly #compaction = new Compaction(() => this.#log.db)
  readonly proofs = createLogProofs(() => this.#log)
  #log: OpenedLog
  #writer: LogWriter
  #evicting: Promise<void> = Promise.resolve()
  #reopening: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(settings: Settings, log: OpenedLog) {
    this.#settings = settings
    this.#witness = new Witness(settings.witnessFile, settings.onProblem)
    this.#answerClock = new AnswerClock(log.answers, settings.monotonic)
    this.#log = log
    this.#reader = new LogReader(() => this.#log, settings.onProblem)
    this.audit = this.#reader.audit
    this.#writer = this.#createWriter(log)
    this.#hourly = setInterval(() => this.#evictAnswers(), HOUR_MS).unref()
    this.#maintain()
  }

  get status(): LogStatus {
    if (this.#reopening !== undefined) return 'verifying'
    return this.#writer.failure === undefined ? 'verified' : 'readOnly'
  }

  get position(): number {
    return this.#log.head.position
  }

  get readable() {
    return this.#log
  }

  get lastEventAt(): string | null {
    return this.#log.lastEventAt
  }

  get lostWitness(): LostWitness | undefined {
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

  events(query: { after: number; limit: number; recordingId?: string }) {
    return this.#reader.events(query)
  }

  readonly records: EventLog['records'] = (query) => this.#reader.records(query)

  recording(id: string) {
    return this.#reader.recording(id)
  }

  openRecordings() {
    return [...this.#log.open.values()].map(({ view }) => this.#log.seals.openView(view))
  }

  pending(id: string) {
    return this.#writer.pending(id)
  }

  unfinishedErasures() {
    return [...this.#log.erasures.values()]
  }

  get trustedTime(): TrustedTime {
    return this.#log.time
  }

  recordings(query: RecordingQuery, toShown?: ToShown) {
    return this.#reader.recordings(query, toShown)
  }

  closedRecordings(query: ClosedQuery) {
    return this.#reader.closedRecordings(query)
  }

  tagHistory(id: string): Promise<TagEntry[]> {
    return this.#reader.tagHistory(id)
  }

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
    return this.#compaction.run([TAG_INDEX])
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
    const now = () => this.#answerClock.now()
    const { signing, problem } = this.#settings.keys
    const writer = new LogWriter(log, {
      now,
      signer: new CheckpointSigner(signing),
      onCommitted: (head) => this.#witness.update(head),
    })
    if (problem !== undefined) writer.fail(problem)
    return writer
  }

  async #reopen(): Promise<void> {
    await this.#writer.idle()
    await this.#evicting
    await this.#compaction.idle()
    const { acknowledged } = this.#writer
    try {
      const { keys } = this.#settings
      await keys.reload()
      if (keys.problem !== undefined) throw keys.problem
      // LevelDB cannot open on a full disk. Until there is space it stays open for reading.
      await probeDisk(this.#settings.folder)
      await this.#log.db.close()
      this.#log = await openVerifiedLog({ ...this.#settings, known: this.#log.head })
      const { unacknowledged } = this.#log
      unacknowledged.after = Math.max(unacknowledged.after, acknowledged)
      await probeWrite(this.#log.db)
      this.#writer = this.#createWriter(this.#log)
    } catch (error) {
      this.#writer.fail(error as RecorderError)
      throw error
    }
    this.#maintain()
  }

  #maintain(): void {
    this.#evictAnswers()
    this.#evicting = this.#evicting
      .then(() => fillAuditIndex(this.#log, this.#writer, () => this.#isIdle))
      .catch(this.#settings.onProblem)
    void this.#clearRemains()
  }

  /** Clears what 0.1 has left unsealed; after an interruption, the next opening does. */
  async #clearRemains(): Promise<void> {
    const { db } = this.#log
    try {
      if ((await db.get(REMAINS_KEY)) === undefined) return
      await this.#compaction.run(UNSEALED_RANGES)
      await db.del(REMAINS_KEY)
    } catch (error) {
      if (this.#closing === undefined) this.#settings.onProblem(error as Error)
    }
  }

  async #close(): Promise<void> {
    clearInterval(this.#hourly)
    await this.#reopening?.catch(() => undefined)
    await this.#writer.idle()
    await this.#evicting
    await this.#compaction.close()
    await this.#witness.flush().catch(this.#settings.onProblem)
    await this.#log.db.close()
  }

  #evictAnswers(): void {
    this.#evicting = this.#evicting.then(() => this.#evictExpired()).catch(this.#settings.onProblem)
  }

  /** Whether upkeep may write. */
  get #isIdle(): boolean {
    const isOpening = this.#closing !== undefined || this.#reopening !== undefined
    return !isOpening && this.status === 'verified'
  }

  async #evictExpired(): Promise<void> {
    while (this.#isIdle) {
      const operations = await evictExpired(this.#log, this.#answerClock.now(), EVICTED_AT_A_TIME)
      if (operations.length === 0) return
      await this.#writer.write(operations)
    }
  }
}
