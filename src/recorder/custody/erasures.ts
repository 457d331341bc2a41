import { setTimeout as delay } from 'node:timers/promises'
import type { CustodyCommand } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { EventData } from '../../contract/events.ts'
import type { ApplicationError } from '../../contract/views.ts'
import type { KeyRing } from '../../custody/port.ts'
import type { CommandAnswer, EventLog } from '../../store/port.ts'
import { unlessAborted } from '../../time/unless-aborted.ts'
import { within } from '../../time/within.ts'
import type { RecordingsDisk } from '../disk/recordings-disk.ts'
import type { EventBatch, FactCause } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { PendingCommand } from '../facts/pending-command.ts'
import { type RemovedFiles, removeRecordingFiles } from './remove-recording-files.ts'

/** The parts that erasures work with. */
export interface ErasuresOptions {
  facts: Pick<FactPipeline, 'append' | 'accept'>
  log: Pick<EventLog, 'unfinishedErasures' | 'clearErased' | 'verified'>
  keys: Pick<KeyRing, 'destroy'>
  recordingsDisk: Pick<RecordingsDisk, 'folderOf' | 'assertDiskOf'>
  /** Removes the composed files of a recording, and ends what reads or makes them. */
  forgetComposed(recordingId: string): Promise<void>
  now(): number
  /** How long to wait before what has failed is tried again; default: 1 s to 60 s. */
  retryMs?: (attempt: number) => number
  onFault(what: string, error: unknown): void
}

/** Why a recording is erased. */
export type ErasureReason = EventData['recording.erasing']

interface Erasure {
  id: string
  reason: ErasureReason
  cause: FactCause
  /** The command that asked for it, while its client waits. */
  command: CustodyCommand | undefined
}

interface Run {
  /** Resolves with the answer to its command. Rejects when the log has failed. */
  finished: Promise<CommandAnswer | undefined>
  /** Rejects when something has failed and is tried again. */
  delayed: Promise<never>
}

const CLOSE_LIMIT_MS = 1_000

const GOES_ON =
  'The erasure has begun, and nothing of the recording can be read any more, but it is not complete. The recorder goes on with it by itself.'

/**
 * Erases closed recordings: destroys the key, then removes the files, then records that. What has
 * begun is completed, also after a crash: `recording.erasing` is in the log before anything is
 * destroyed, and each step can be repeated.
 */
export class Erasures {
  readonly #options: ErasuresOptions
  readonly #runs = new Map<string, Run>()
  readonly #problems = new Map<string, ApplicationError>()
  readonly #closing = new AbortController()

  constructor(options: ErasuresOptions) {
    this.#options = options
  }

  /** Why erasures are not complete; nothing while none is delayed. */
  get problems(): ApplicationError[] {
    return [...this.#problems.values()]
  }

  /**
   * Erases a recording that can be erased. Resolves when it is erased, with the answer if there is
   * a command. Rejects when that is delayed, and goes on; or when the log fails.
   */
  erase(
    id: string,
    reason: ErasureReason,
    cause: FactCause,
    command?: CustodyCommand,
  ): Promise<CommandAnswer | undefined> {
    const begun = this.#options.facts.append(cause, (batch) => {
      if (command) batch.accept(id, command.name)
      batch.add(id, 'recording.erasing', reason)
    })
    return outcomeOf(this.#run({ id, reason, cause, command }, begun))
  }

  /** Waits for the end of an erasure that has begun. Rejects like `erase`. */
  async wait(id: string): Promise<void> {
    const run = this.#runs.get(id)
    if (run) await outcomeOf(run)
  }

  /** Goes on with what a dead daemon, or a failed log, has left. */
  resume(): void {
    for (const { recordingId, data, by, commandId } of this.#options.log.unfinishedErasures()) {
      const id = recordingId as string
      if (this.#runs.has(id)) continue
      const cause = { by, commandId }
      const run = this.#run({ id, reason: data, cause, command: undefined }, Promise.resolve())
      run.finished.catch((error) => this.#fault('completing an erasure', error))
    }
  }

  /** Ends after the step that is under way, unless the disk hangs. The next start goes on. */
  async close(): Promise<void> {
    this.#closing.abort(new RecorderError('NOT_READY', 'The recorder is stopping.'))
    const runs = [...this.#runs.values()].map(({ finished }) => finished)
    await within(Promise.allSettled(runs), CLOSE_LIMIT_MS)
  }

  #run(erasure: Erasure, begun: Promise<void>): Run {
    const { id } = erasure
    let onDelayed: (error: RecorderError) => void = () => {}
    const delayed = new Promise<never>((_, reject) => {
      onDelayed = reject
    })
    const finished = begun
      .then(() => this.#complete(erasure, onDelayed))
      .finally(() => {
        this.#runs.delete(id)
        this.#problems.delete(id)
      })
    // Its client may have gone.
    for (const promise of [delayed, finished]) promise.catch(() => {})
    const run = { finished, delayed }
    this.#runs.set(id, run)
    return run
  }

  async #complete(
    erasure: Erasure,
    onDelayed: (error: RecorderError) => void,
  ): Promise<CommandAnswer | undefined> {
    const removed: RemovedFiles = { files: 0, bytes: 0 }
    await this.#removeAll(erasure.id, removed, onDelayed)
    return this.#record(erasure, removed)
  }

  async #removeAll(
    id: string,
    removed: RemovedFiles,
    onDelayed: (error: RecorderError) => void,
  ): Promise<void> {
    const { signal } = this.#closing
    const { retryMs = defaultRetryMs } = this.#options
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#remove(id, removed, signal)
        return
      } catch (cause) {
        signal.throwIfAborted()
        const { code, message = '' } =
          cause instanceof RecorderError ? cause : { code: 'STORAGE_UNAVAILABLE' as const }
        this.#note(id, code, message)
        this.#fault('erasing a recording', cause)
        onDelayed(new RecorderError(code, GOES_ON, { cause, members: { recordingId: id } }))
        await delay(retryMs(attempt), undefined, { signal, ref: false }).catch(() => {})
        signal.throwIfAborted()
      }
    }
  }

  /** The steps, each of which can be repeated. The key is first: it is what makes it final. */
  async #remove(id: string, removed: RemovedFiles, signal: AbortSignal): Promise<void> {
    const { keys, log, recordingsDisk, forgetComposed } = this.#options
    // Nothing is destroyed on the word of a log that may be damaged.
    await unlessAborted(log.verified(), signal)
    await keys.destroy(id)
    await unlessAborted(forgetComposed(id), signal)
    await unlessAborted(recordingsDisk.assertDiskOf(id), signal)
    await removeRecordingFiles(recordingsDisk.folderOf(id), signal, removed)
    await log.clearErased()
  }

  async #record(
    { id, reason, cause, command }: Erasure,
    removed: RemovedFiles,
  ): Promise<CommandAnswer | undefined> {
    const { facts } = this.#options
    const add = (batch: EventBatch): void =>
      batch.add(id, 'recording.erased', { ...reason, ...removed })
    if (command)
      return facts.accept(cause, (batch) => {
        add(batch)
        return new PendingCommand(command, cause, id, [])
      }).answered
    await facts.append(cause, (batch) => {
      add(batch)
      if (cause.commandId !== null)
        batch.add(id, 'command.completed', { command: 'recording.erase', status: 200 })
    })
    return undefined
  }

  #note(id: string, code: ApplicationError['code'], why: string): void {
    const since = this.#problems.get(id)?.since ?? new Date(this.#options.now()).toISOString()
    const message = `The recording ${id} is being erased, but its files or its key cannot be removed yet. ${why}`
    this.#problems.set(id, { code, message: message.trimEnd(), since })
  }

  #fault(what: string, error: unknown): void {
    if (!this.#closing.signal.aborted) this.#options.onFault(what, error)
  }
}

function outcomeOf({ finished, delayed }: Run): Promise<CommandAnswer | undefined> {
  return Promise.race([finished, delayed])
}

function defaultRetryMs(attempt: number): number {
  return Math.min(60_000, 1_000 * 2 ** attempt)
}
