import { RecorderError } from '../../contract/errors.ts'
import type { LogEvent } from '../../contract/events.ts'
import type { RecordingView, TagEntry } from '../../contract/views.ts'
import {
  acknowledgedEntry,
  deleteAnswers,
  type LastAnswer,
  lastWriteEntry,
} from '../answers/acknowledgement.ts'
import { answerOperations } from '../answers/answers.ts'
import { withoutRecording } from '../answers/kept-recording.ts'
import { type Operation, storageError, writeBatch } from '../database/database.ts'
import { eventKey, HEAD_KEY } from '../database/keys.ts'
import { applyToOpened, type OpenedLog } from '../opened-log.ts'
import type { Appended, AppendRequest } from '../port.ts'
import type { RecordingProjection } from '../projection/recording.ts'
import { encodeRecord, type Head, hashRecord } from '../records/record.ts'
import type { CheckpointSigner } from '../tree/checkpoint-signer.ts'
import { signEvents } from '../tree/sign-events.ts'
import {
  applyEvent,
  changeOperations,
  mergeChanges,
  type ProjectionChanges,
} from '../views/projection-changes.ts'
import { projectionsEntry, readProjectionSync } from '../views/stored-projections.ts'
import { withUnnamedTags } from '../views/unnamed-tags.ts'
import { GroupCommit } from './group-commit.ts'
import { assertNextVersion, assignPosition } from './next-event.ts'

/** The contents of one LevelDB batch. */
interface Group {
  operations: Operation[]
  changes: ProjectionChanges
  events: LogEvent[]
  /** Their records, as they are stored. */
  records: string[]
  /** The answers that are kept. */
  answers: LastAnswer[]
  /** The kept answers that are deleted, because nobody may have got them. */
  voided: readonly LastAnswer[]
  head: Head | undefined
  /** The checkpoint that is written with them. */
  checkpoint: OpenedLog['checkpoint']
}

/** The parts that a writer works with. */
export interface LogWriterParts {
  /** Returns milliseconds that never jump, for the age of kept answers. */
  now: () => number
  signer: CheckpointSigner
  /** Called when events are durable, with the last. */
  onCommitted: (head: Head) => void
}

/**
 * The only writer of an opened log. Assigns positions and hashes to events at once, keeps pending
 * views of batches that are not durable yet, and updates the opened log when they are. The first
 * failed write ends it permanently: LevelDB would acknowledge writes that it loses. A log that is
 * opened again gets a new writer.
 */
export class LogWriter {
  readonly #log: OpenedLog
  readonly #parts: LogWriterParts
  readonly #commits: GroupCommit<Group>
  #lastHead: Head
  #failure: RecorderError | undefined
  #acknowledged: number
  #acknowledging: Promise<void> | undefined
  /** Positions of the newest kept answer that claims that media flow, and of the newest marked. */
  #newestClaim = 0
  #markedClaim = 0

  constructor(log: OpenedLog, parts: LogWriterParts) {
    this.#log = log
    this.#parts = parts
    this.#lastHead = log.head
    this.#acknowledged = log.unacknowledged.after
    this.#commits = new GroupCommit<Group>({
      create: () => ({
        operations: [],
        changes: new Map(),
        events: [],
        records: [],
        answers: [],
        voided: [],
        head: undefined,
        checkpoint: undefined,
      }),
      write: (group) => this.#write(group),
      committed: (group) => this.#committed(group),
      failed: (error) => this.fail(storageError('The log cannot be written', error)),
    })
  }

  /** Why nothing can be written any more; undefined while writing works. */
  get failure(): RecorderError | undefined {
    return this.#failure
  }

  /**
   * Ends writing permanently: what waits is never written, and what is being written is rejected
   * although it may still reach the disk. Keeps and returns the first reason.
   */
  fail(reason: RecorderError): RecorderError {
    this.#failure ??= reason
    this.#commits.abandon(this.#failure)
    return this.#failure
  }

  /** See `EventLog.append`. Changes nothing when it throws. */
  append({ events, answers = [], voidUnacknowledged }: AppendRequest): Appended {
    this.#assertWritable()
    const { seals } = this.#log
    if (seals.problem) throw seals.problem
    if (events.length === 0) throw new RecorderError('INTERNAL', 'The batch has no events.')
    const staged: ProjectionChanges = new Map()
    const current = (id: string) => this.#pending(id)
    const latest = (id: string) => (staged.has(id) ? staged.get(id)?.after : current(id))
    const operations: Operation[] = []
    const positioned: LogEvent[] = []
    const records: string[] = []
    let { position, hash } = this.#lastHead
    for (const event of events) {
      const logged = assignPosition(event, ++position)
      const before = event.recordingId === null ? undefined : latest(event.recordingId)
      assertNextVersion(before, event)
      const stored = seals.sealEvent(logged, before?.view)
      const value = encodeRecord(hash, stored)
      hash = hashRecord(value)
      applyEvent(staged, stored, current)
      positioned.push(logged)
      records.push(value)
      operations.push({ type: 'put', key: eventKey(position), value })
    }
    const view = (id: string) => {
      const found = latest(id)?.view
      return found && seals.openView(found)
    }
    const rendered = answers.map(({ render }) => render(view, positioned))
    const kept: Group['answers'] = []
    for (const [index, { idempotency, claimsMedia = false }] of answers.entries()) {
      if (!idempotency) continue
      const owner = seals.answerOwner(idempotency)
      const now = this.#parts.now()
      kept.push([position, owner, now, claimsMedia])
      if (claimsMedia) this.#newestClaim = position
      const answer = withoutRecording(rendered[index]!, view)
      const { fingerprint } = idempotency
      operations.push(...answerOperations(owner, now, { fingerprint, answer }, seals))
    }
    const voided = this.#unacknowledgedAnswers(voidUnacknowledged)
    operations.push(...deleteAnswers(voided))

    const head = { position, hash }
    this.#lastHead = head
    const committed = this.#commits.join((group) => {
      group.operations.push(...operations)
      group.events.push(...positioned)
      group.records.push(...records)
      group.answers.push(...kept)
      group.voided = [...group.voided, ...voided]
      mergeChanges(group.changes, staged)
      group.head = head
    })
    return { events: positioned, answers: rendered, committed }
  }

  /** Writes operations other than events with the next group. */
  write(operations: readonly Operation[]): Promise<void> {
    this.#assertWritable()
    return this.#commits.join((group) => group.operations.push(...operations))
  }

  /** Position up to which every outcome has been handed on. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** See `EventLog.acknowledge`. Acknowledgements of one turn of the event loop share a write. */
  acknowledge(position: number): Promise<void> {
    this.#acknowledged = Math.max(this.#acknowledged, position)
    if (this.#newestClaim === this.#markedClaim || this.#newestClaim > position)
      return Promise.resolve()
    // After this turn of the event loop the answers are in the hands of the system.
    this.#acknowledging ??= new Promise(setImmediate).then(() => this.#writeAcknowledged())
    return this.#acknowledging
  }

  async #writeAcknowledged(): Promise<void> {
    try {
      while (this.#markedClaim < this.#newestClaim && this.#newestClaim <= this.#acknowledged) {
        if (this.#failure !== undefined) return
        this.#markedClaim = this.#newestClaim
        const { key, value } = acknowledgedEntry(this.#acknowledged)
        await this.#log.db.put(key, value)
      }
    } catch (error) {
      throw this.fail(storageError('The log cannot be written', error))
    } finally {
      this.#acknowledging = undefined
    }
  }

  #unacknowledgedAnswers(which: AppendRequest['voidUnacknowledged']): LastAnswer[] {
    if (which === undefined) return []
    return this.#log.unacknowledged.answers.filter(
      ([position, , , claimsMedia]) =>
        position > this.#acknowledged && (claimsMedia || which === 'all'),
    )
  }

  /** Resolves when nothing is waiting or being written. */
  async idle(): Promise<void> {
    await this.#commits.idle()
    await this.#acknowledging?.catch(() => {})
  }

  #assertWritable(): void {
    const failure = this.#failure
    if (failure) throw new RecorderError(failure.code, failure.message, { cause: failure })
  }

  /** See `EventLog.pending`. */
  pending(id: string): RecordingView | undefined {
    const found = this.#pending(id)?.view
    return found && this.#log.seals.openView(found)
  }

  /** Returns the recording after everything that was appended. */
  #pending(id: string): RecordingProjection | undefined {
    for (const group of [this.#commits.waiting, this.#commits.writing]) {
      const change = group?.changes.get(id)
      if (change !== undefined) return change.after
    }
    return this.#log.open.get(id) ?? readProjectionSync(this.#log.db, id)
  }

  async #write(group: Group): Promise<void> {
    const { operations, changes, events, answers, head } = group
    const { db, seals } = this.#log
    const nameTag = (id: string, tag: TagEntry) => seals.nameTag(id, tag)
    const batch = operations.concat(await changeOperations(db, changes, nameTag))
    for (const id of withUnnamedTags(changes, nameTag)) this.#log.unnamed.add(id)
    if (head !== undefined) {
      const from = events[0]!.position
      batch.push(...this.#log.audit.add(events))
      batch.push(
        { type: 'put', key: HEAD_KEY, value: JSON.stringify(head) },
        projectionsEntry(head.position),
        lastWriteEntry({ from, to: head.position, answers }),
        ...signEvents(group, this.#log, this.#parts.signer),
      )
    }
    // Writing may have ended while the database was read.
    if (this.#failure !== undefined) throw this.#failure
    await writeBatch(db, batch)
  }

  #committed({ changes, events, answers, voided, head, checkpoint }: Group): void {
    const { open } = this.#log
    for (const [id, { after }] of changes) {
      if (after === undefined || after.view.state === 'Closed') open.delete(id)
      else open.set(id, after)
    }
    for (const event of events) applyToOpened(this.#log, event)
    for (const [, owner, at] of voided)
      if (this.#log.answers.get(owner) === at) this.#log.answers.delete(owner)
    for (const [, owner, at] of answers) this.#log.answers.set(owner, at)
    if (head === undefined) return
    this.#log.head = head
    this.#log.checkpoint = checkpoint ?? this.#log.checkpoint
    this.#parts.onCommitted(head)
  }
}
