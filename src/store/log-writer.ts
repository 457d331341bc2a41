import { RecorderError } from '../contract/errors.ts'
import type { LogEvent, NewEvent } from '../contract/events.ts'
import { answerOperations } from './answers.ts'
import { type Changes, changeOperations, foldInto, mergeChanges } from './changes.ts'
import { type Operation, storageError, writeBatch } from './database.ts'
import { GroupCommit } from './group-commit.ts'
import { answerOwner, eventKey, HEAD_KEY } from './keys.ts'
import type { OpenedLog } from './opening.ts'
import type { RecordingProjection } from './projection/recording.ts'
import { projectionsAt, readProjectionSync } from './projections.ts'
import { encodeRecord, recordHash } from './record.ts'
import { foldToken } from './tokens.ts'
import type { Appended, AppendRequest, StoredAnswer } from './types.ts'
import type { Head } from './witness.ts'

/** Everything that one LevelDB batch will hold. */
interface Group {
  operations: Operation[]
  changes: Changes
  events: LogEvent[]
  /** Whose answers are kept, and since when. */
  answers: [owner: string, at: number][]
  head: Head | undefined
}

/**
 * The one writer of an opened log. Gives events their places and hashes at once, keeps pending
 * views of what is on its way to the disk, and brings the opened log up to date when it is there.
 * The first failed write ends it for good: LevelDB would go on acknowledging what it will lose. A
 * log that is opened again gets a new one.
 */
export class LogWriter {
  readonly #log: OpenedLog
  readonly #now: () => number
  readonly #onCommitted: (head: Head) => void
  readonly #commits: GroupCommit<Group>
  #tip: Head
  #failure: RecorderError | undefined

  constructor(log: OpenedLog, now: () => number, onCommitted: (head: Head) => void) {
    this.#log = log
    this.#now = now
    this.#onCommitted = onCommitted
    this.#tip = log.head
    this.#commits = new GroupCommit<Group>({
      create: () => ({
        operations: [],
        changes: new Map(),
        events: [],
        answers: [],
        head: undefined,
      }),
      write: (group) => this.#write(group),
      committed: (group) => this.#committed(group),
      failed: (error) => this.fail(storageError('The log cannot be written', error)),
    })
  }

  /** Why nothing can be written any more. */
  get failure(): RecorderError | undefined {
    return this.#failure
  }

  /** Ends writing for good; the first reason counts, and is returned. */
  fail(reason: RecorderError): RecorderError {
    this.#failure ??= reason
    return this.#failure
  }

  /** See `EventLog.append`. Whatever throws here has changed nothing. */
  append({ events, answers = [] }: AppendRequest): Appended {
    this.#assertWritable()
    if (events.length === 0) throw new RecorderError('INTERNAL', 'A batch without events.')
    const staged: Changes = new Map()
    const current = (id: string) => this.#pending(id)
    const latest = (id: string) => (staged.has(id) ? staged.get(id)?.after : current(id))
    const operations: Operation[] = []
    const placed: LogEvent[] = []
    let { position, hash } = this.#tip
    for (const event of events) {
      if (event.recordingId !== null) assertFollows(latest(event.recordingId), event)
      const logged = placeEvent(event, ++position)
      const value = encodeRecord(hash, logged)
      hash = recordHash(value)
      foldInto(staged, logged, current)
      placed.push(logged)
      operations.push({ type: 'put', key: eventKey(position), value })
    }
    const rendered = answers.map(({ render }) => render((id) => latest(id)?.view))
    const kept: Group['answers'] = []
    for (const [index, { idempotency }] of answers.entries()) {
      if (!idempotency) continue
      const owner = answerOwner(idempotency.client, idempotency.key)
      const now = this.#now()
      kept.push([owner, now])
      const answer = rendered[index] as StoredAnswer
      operations.push(
        ...answerOperations(owner, now, { fingerprint: idempotency.fingerprint, answer }),
      )
    }

    const head = { position, hash }
    this.#tip = head
    const committed = this.#commits.join((group) => {
      group.operations.push(...operations)
      group.events.push(...placed)
      group.answers.push(...kept)
      mergeChanges(group.changes, staged)
      group.head = head
    })
    return { events: placed, answers: rendered, committed }
  }

  /** Writes what is no event, in its turn. */
  write(operations: readonly Operation[]): Promise<void> {
    this.#assertWritable()
    return this.#commits.join((group) => group.operations.push(...operations))
  }

  /** Resolves when nothing is on its way to the disk. */
  idle(): Promise<void> {
    return this.#commits.idle()
  }

  #assertWritable(): void {
    const failure = this.#failure
    if (failure) throw new RecorderError(failure.code, failure.message, { cause: failure })
  }

  /** The recording as it is after everything that was appended. */
  #pending(id: string): RecordingProjection | undefined {
    for (const group of [this.#commits.waiting, this.#commits.writing]) {
      const change = group?.changes.get(id)
      if (change !== undefined) return change.after
    }
    return this.#log.open.get(id) ?? readProjectionSync(this.#log.db, id)
  }

  async #write({ operations, changes, head }: Group): Promise<void> {
    const { db } = this.#log
    const batch = operations.concat(await changeOperations(db, changes))
    if (head !== undefined) {
      batch.push(
        { type: 'put', key: HEAD_KEY, value: JSON.stringify(head) },
        projectionsAt(head.position),
      )
    }
    await writeBatch(db, batch)
  }

  #committed({ changes, events, answers, head }: Group): void {
    const { open, tokens } = this.#log
    for (const [id, { after }] of changes) {
      if (after === undefined || after.view.state === 'Closed') open.delete(id)
      else open.set(id, after)
    }
    for (const event of events) foldToken(tokens, event)
    for (const [owner, at] of answers) this.#log.answers.set(owner, at)
    if (head === undefined) return
    this.#log.head = head
    this.#onCommitted(head)
  }
}

/** The event at its place, with its members in the order of the canonical form (record.ts). */
function placeEvent(event: NewEvent, position: number): LogEvent {
  const { recordingId, version, type, at, by, commandId, data } = event
  return { position, recordingId, version, type, at, by, commandId, data } as LogEvent
}

/** A recording begins once, and its facts count up by one; a refusal does not count. */
function assertFollows(before: RecordingProjection | undefined, { type, version }: NewEvent): void {
  if (before === undefined) return
  if (type === 'recording.starting')
    throw new RecorderError('INTERNAL', 'A recording cannot begin twice.')
  const expected = before.view.version + (type === 'command.refused' ? 0 : 1)
  if (version !== expected)
    throw new RecorderError(
      'INTERNAL',
      `${type} has version ${version}, but the recording is at ${expected}.`,
    )
}
