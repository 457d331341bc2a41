import { RecorderError } from '../contract/errors.ts'
import type { TagEntry } from '../contract/resources.ts'
import { answerTime, findAnswer, forgetExpired } from './answers.ts'
import { probeDisk, reading } from './database.ts'
import { LogWriter } from './log-writer.ts'
import { type OpenedLog, openVerified, probeWrite } from './opening.ts'
import { readProjection } from './projections.ts'
import { readEvents, readTagHistory } from './read-events.ts'
import { findRecordings } from './recordings.ts'
import { findSegment, findSegments } from './segments.ts'
import type { Appended, AppendRequest, EventLog, LogStatus, RecordingQuery } from './types.ts'
import { Witness } from './witness.ts'

const HOUR_MS = 60 * 60 * 1_000
const EXPIRED_AT_A_TIME = 500

/** How to open an event log. */
export interface EventLogOptions {
  /** The LevelDB folder; created when it is missing. */
  folder: string
  /** Milliseconds since the epoch; for the age of kept answers. */
  now?: () => number
  /** Told now and then, while opening, how many events have been verified. */
  onProgress?: (done: number) => void
  /** A file outside the folder that names a durable event (witness.ts); default `<folder>.head`. */
  witnessFile?: string
  /**
   * Told what went wrong in the background without harm to the log; default: a warning of the
   * process.
   */
  onProblem?: (problem: Error) => void
}

/**
 * Opens the event log of a folder, verified from its first event to its last, with its projections
 * up to date. Rejects with RecorderError STORAGE_UNAVAILABLE (damaged: the detail names the
 * position; open elsewhere: LEVEL_LOCKED among the causes; not readable) or STORAGE_FULL.
 */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const settings: Required<EventLogOptions> = {
    folder: options.folder,
    now: options.now ?? Date.now,
    onProgress: options.onProgress ?? (() => {}),
    witnessFile: options.witnessFile ?? `${options.folder}.head`,
    onProblem: options.onProblem ?? ((problem) => process.emitWarning(problem)),
  }
  return new LevelEventLog(settings, await openVerified(settings))
}

class LevelEventLog implements EventLog {
  readonly #settings: Required<EventLogOptions>
  readonly #witness: Witness
  readonly #hourly: NodeJS.Timeout
  #log: OpenedLog
  #writer: LogWriter
  #clearing: Promise<void> = Promise.resolve()
  #reopening: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(settings: Required<EventLogOptions>, log: OpenedLog) {
    this.#settings = settings
    this.#witness = new Witness(settings.witnessFile, settings.onProblem)
    this.#log = log
    this.#writer = this.#writerOf(log)
    this.#hourly = setInterval(() => this.#clearAnswers(), HOUR_MS).unref()
    this.#clearAnswers()
  }

  get status(): LogStatus {
    if (this.#reopening !== undefined) return 'verifying'
    return this.#writer.failure === undefined ? 'verified' : 'readOnly'
  }

  get position(): number {
    return this.#log.head.position
  }

  append(batch: AppendRequest): Appended {
    this.#assertOpen()
    if (this.#reopening !== undefined)
      throw new RecorderError('STORAGE_UNAVAILABLE', 'The log is being opened again and verified.')
    return this.#writer.append(batch)
  }

  events(query: { after: number; limit: number; recordingId?: string }) {
    return reading(() => readEvents(this.#log, query))
  }

  async recording(id: string) {
    const { open, db } = this.#log
    return (open.get(id) ?? (await readProjection(db, id)))?.view
  }

  open() {
    return [...this.#log.open.values()].map(({ view }) => view)
  }

  recordings(query: RecordingQuery) {
    return reading(() => findRecordings(this.#log, query))
  }

  tagHistory(id: string): Promise<TagEntry[]> {
    return reading(() => readTagHistory(this.#log.db, id))
  }

  segments(id: string, query: { limit: number; cursor?: string }) {
    return reading(() => findSegments(this.#log.db, id, query))
  }

  segment(id: string, medium: string, number: number) {
    return reading(() => findSegment(this.#log.db, id, medium, number))
  }

  answer(key: { client: string; key: string }) {
    return reading(() => findAnswer(this.#log, key, this.#settings.now()))
  }

  hasAnswer(key: { client: string; key: string }) {
    return answerTime(this.#log.answers, key, this.#settings.now()) !== undefined
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

  #writerOf(log: OpenedLog): LogWriter {
    if (log.head.position > 0) this.#witness.note(log.head)
    return new LogWriter(log, this.#settings.now, (head) => this.#witness.note(head))
  }

  async #reopen(): Promise<void> {
    await this.#writer.idle()
    await this.#clearing
    try {
      // As long as the disk is full LevelDB could not be opened again, so until then it stays open
      // for reading.
      await probeDisk(this.#settings.folder)
      await this.#log.db.close()
      this.#log = await openVerified(this.#settings)
      await probeWrite(this.#log.db, this.#settings.now())
      this.#writer = this.#writerOf(this.#log)
    } catch (error) {
      this.#writer.fail(error as RecorderError)
      throw error
    }
    this.#clearAnswers()
  }

  async #close(): Promise<void> {
    clearInterval(this.#hourly)
    await this.#reopening?.catch(() => undefined)
    await this.#writer.idle()
    await this.#clearing
    await this.#witness.flush().catch(this.#settings.onProblem)
    await this.#log.db.close()
  }

  #clearAnswers(): void {
    this.#clearing = this.#clearing.then(() => this.#clearSome()).catch(this.#settings.onProblem)
  }

  async #clearSome(): Promise<void> {
    while (
      this.#closing === undefined &&
      this.#reopening === undefined &&
      this.status === 'verified'
    ) {
      const operations = await forgetExpired(this.#log, this.#settings.now(), EXPIRED_AT_A_TIME)
      if (operations.length === 0) return
      await this.#writer.write(operations)
    }
  }
}
