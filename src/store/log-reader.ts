import type { EventOf, LogEvent, SegmentDescription } from '../contract/events.ts'
import type { RecordingView } from '../contract/views.ts'
import { mapUnhurried } from '../time/turns.ts'
import { within } from '../time/within.ts'
import { AuditReader } from './audit/audit-reader.ts'
import { DamagedViewError } from './database/checksum.ts'
import { wrapReadErrors } from './database/database.ts'
import type { OpenedLog } from './opened-log.ts'
import type {
  ClosedQuery,
  Page,
  RecordingQuery,
  RecordsQuery,
  TagHistory,
  ToShown,
} from './port.ts'
import { project, type RecordingProjection, tagEntries } from './projection/recording.ts'
import { type EventQuery, readEvents } from './records/read-events.ts'
import { readStoredRecords, type StoredRecord } from './records/read-records.ts'
import { isTagEvent, readTagEvents } from './records/read-tags.ts'
import { scanRecording } from './records/scan-recording.ts'
import { closedRecordings, findRecordings } from './search/find-recordings.ts'
import {
  findSegment,
  findSegments,
  pageOf,
  type SegmentQuery,
  segmentsOf,
} from './search/find-segments.ts'
import { hasProjection, readProjection } from './views/stored-projections.ts'

/** How long a read waits for a log that is being opened again. Milliseconds. */
const REOPENING_WAIT_MS = 30_000
const NO_TAGS: TagHistory = { entries: [], position: 0 }

/**
 * Reads a log through its views. Where one does not agree with the log any more, which a disk can
 * cause while the recorder runs, it says so and reads the log itself. A read that fails because the
 * log is being opened again is repeated after that. All functions reject with STORAGE_UNAVAILABLE.
 */
export class LogReader {
  /** Reads for the auditor's questions. */
  readonly audit: AuditReader
  readonly #log: () => OpenedLog
  readonly #onProblem: (problem: Error) => void
  readonly #reopening: () => Promise<void> | undefined

  /**
   * `log` returns the log as it is open now; `reopening` the end of an opening that is under way.
   */
  constructor(
    log: () => OpenedLog,
    onProblem: (problem: Error) => void,
    reopening: () => Promise<void> | undefined = () => undefined,
  ) {
    this.#reopening = reopening
    this.#log = log
    this.#onProblem = onProblem
    const onDamaged = (id: string, problem: DamagedViewError) => this.#fromLog(id, problem, foldAll)
    this.audit = new AuditReader(log, onDamaged)
  }

  async events(query: EventQuery): Promise<LogEvent[]> {
    const stored = await this.#storedEvents(query)
    const { seals, erased } = this.#log()
    const isErased = (id: string) => erased.has(id)
    return mapUnhurried(stored, (event) => seals.openEvent(event, isErased))
  }

  async records(query: RecordsQuery): Promise<StoredRecord[]> {
    const events = await this.#storedEvents(query)
    const positions = events.map(({ position }) => position)
    return this.#fromOpenLog((log) => readStoredRecords(log, positions))
  }

  #storedEvents(query: EventQuery): Promise<LogEvent[]> {
    const { recordingId: id, after, limit } = query
    const read = (log: OpenedLog) => readEvents(log, query)
    if (id === undefined) return this.#fromOpenLog(read)
    const isWanted = ({ position }: LogEvent) => position > after
    return this.#read(id, read, (events) => events.filter(isWanted).slice(0, limit))
  }

  async recording(id: string): Promise<RecordingView | undefined> {
    // One that closes while the disk is read is then on disk.
    const open = this.#log().open.get(id)
    const read = (log: OpenedLog) => readProjection(log.db, id)
    const found = (open ?? (await this.#read(id, read, foldAll)))?.view
    return found && this.#log().seals.openView(found)
  }

  async hasRecording(id: string): Promise<boolean> {
    return this.#log().open.has(id) || this.#fromOpenLog(({ db }) => hasProjection(db, id))
  }

  recordings(query: RecordingQuery, toShown?: ToShown): Promise<Page<RecordingView>> {
    const onDamaged = (id: string, problem: DamagedViewError) => this.#fromLog(id, problem, foldAll)
    return this.#fromOpenLog((log) => findRecordings({ ...log, onDamaged }, query, toShown))
  }

  closedRecordings(query: ClosedQuery): AsyncIterable<RecordingView> {
    const onDamaged = (id: string, problem: DamagedViewError) => this.#fromLog(id, problem, foldAll)
    return closedRecordings({ ...this.#log(), onDamaged }, query)
  }

  async tagHistory(id: string, known = NO_TAGS): Promise<TagHistory> {
    const { erased, seals } = this.#log()
    if (erased.has(id)) return NO_TAGS
    const events = await this.#tagEvents(id, known.position)
    const [first, ...newer] = events
    // The newest that is known is read, too: a log that has been opened again may have another.
    const isKnown = first?.position === known.position
    if (known.position > 0 && !isKnown) return this.tagHistory(id)
    const stored = (isKnown ? newer : events).flatMap(tagEntries)
    const position = events.at(-1)?.position ?? 0
    // The erasure may begin meanwhile, and destroy the key.
    return mapUnhurried(stored, (tag) => seals.openTag(id, tag)).then(
      (opened) => ({ entries: isKnown ? [...known.entries, ...opened] : opened, position }),
      (error) => {
        if (erased.has(id)) return NO_TAGS
        throw error
      },
    )
  }

  #tagEvents(id: string, from: number): Promise<EventOf<'recording.tagged'>[]> {
    return this.#read(
      id,
      (log) => readTagEvents(log, id, from),
      (events) => events.filter(isTagEvent).filter(({ position }) => position >= from),
    )
  }

  segments(id: string, query: SegmentQuery): Promise<Page<SegmentDescription>> {
    return this.#read(
      id,
      (log) => findSegments(log, id, query),
      (events) => pageOf(segmentsOf(events), query),
    )
  }

  segment(id: string, medium: string, number: number): Promise<SegmentDescription | undefined> {
    return this.#read(
      id,
      (log) => findSegment(log, id, medium, number),
      (events) => segmentsOf(events).find((one) => one.medium === medium && one.number === number),
    )
  }

  async #read<T>(
    id: string,
    fromViews: (log: OpenedLog) => Promise<T>,
    fromLog: (events: LogEvent[]) => T,
  ): Promise<T> {
    try {
      return await this.#fromOpenLog(fromViews)
    } catch (error) {
      if (error instanceof DamagedViewError) return this.#fromLog(id, error, fromLog)
      throw error
    }
  }

  /** Reads from the log as it is open now; again, when it has been opened again meanwhile. */
  async #fromOpenLog<T>(read: (log: OpenedLog) => Promise<T>): Promise<T> {
    const until = performance.now() + REOPENING_WAIT_MS
    for (;;) {
      const { db } = this.#log()
      try {
        return await wrapReadErrors(() => read(this.#log()))
      } catch (error) {
        const opened = this.#reopening()?.catch(() => {}) ?? Promise.resolve()
        await within(opened, Math.max(0, until - performance.now()))
        if (this.#log().db === db || performance.now() > until) throw error
      }
    }
  }

  async #fromLog<T>(
    id: string,
    problem: DamagedViewError,
    fromLog: (events: LogEvent[]) => T,
  ): Promise<T> {
    this.#onProblem(problem)
    const { db, head } = this.#log()
    return fromLog(await scanRecording(db, id, head.position))
  }
}

function foldAll(events: readonly LogEvent[]): RecordingProjection | undefined {
  return events.reduce<RecordingProjection | undefined>(project, undefined)
}
