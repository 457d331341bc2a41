import { RecorderError } from '../../contract/errors.ts'
import type { EventData, LogEvent } from '../../contract/events.ts'
import type { Head } from '../records/record.ts'
import { recordingsOnDisk } from './recordings-on-disk.ts'
import { DamagedWitness, readWitness } from './witness.ts'

/** The data of the event about a lost witness: everything that is known of the log. */
export type LostWitness = EventData['log.witnessLost']

/** How to check the witness of a log. */
export interface WitnessCheckOptions {
  witnessFile: string
  /** Folder of the recordings, beside which no log may be empty. */
  recordingsFolder?: string | undefined
  /** A person has confirmed that the log is to be used although its witness is lost. */
  acceptLostWitness?: boolean | undefined
  /** The last event that this process knows to be durable; used when the file knows none newer. */
  known?: Head | undefined
}

/**
 * The witness of a log is missing or damaged, so that nobody can tell whether events are missing.
 */
export class WitnessLostError extends RecorderError {
  constructor(detail: string, cause?: unknown) {
    super('STORAGE_UNAVAILABLE', `${detail} Nothing was changed.`, { cause })
  }
}

/**
 * Checks that a log has the witness that it should have. Every `daemon.started` says that a witness
 * exists, so a log whose witness was deleted together with its last events is noticed. A log
 * without such an event comes from an earlier version, or its first start was killed: without its
 * witness it must at least know every recording on disk.
 */
export class WitnessCheck {
  /** A durable event that must be in the log; undefined when none is known. */
  readonly head: Head | undefined
  /** Whether there is a witness file that can be used. */
  readonly hasFile: boolean
  readonly #options: WitnessCheckOptions
  readonly #damaged: DamagedWitness | undefined
  /** Position of the event that says that a witness exists. */
  #markedAt: number | null = null
  /** The recordings of the log, where the witness does not tell enough. */
  readonly #recordings = new Set<string>()

  private constructor(options: WitnessCheckOptions, read: Head | DamagedWitness | undefined) {
    const isDamaged = read instanceof DamagedWitness
    this.#options = options
    this.hasFile = read !== undefined && !isDamaged
    this.head = newerOf(isDamaged ? undefined : read, options.known)
    this.#damaged = isDamaged && this.head === undefined ? read : undefined
  }

  /** Reads the witness file. Rejects with {@link WitnessLostError} or STORAGE_UNAVAILABLE. */
  static async begin(options: WitnessCheckOptions): Promise<WitnessCheck> {
    const check = new WitnessCheck(options, await readWitness(options.witnessFile))
    const damaged = check.#damaged
    if (damaged !== undefined && !options.acceptLostWitness)
      throw new WitnessLostError(damaged.message, damaged.cause)
    return check
  }

  /** Observes each event of the log, in order. */
  observe(event: LogEvent): void {
    if (event.type === 'daemon.started' && event.data.witness) this.#markedAt = event.position
    if (event.type === 'log.witnessLost') this.#markedAt = null
    if (event.type === 'recording.starting' && !this.#isTrusted)
      this.#recordings.add(event.recordingId as string)
  }

  /**
   * Resolves with whether the witness is lost and a person has accepted that; `position`: of the
   * last event that was found. Rejects with {@link WitnessLostError} when nobody has.
   */
  async isLost(position: number): Promise<boolean> {
    const detail = await this.#problem(position)
    if (detail === undefined) return false
    if (!this.#options.acceptLostWitness) throw new WitnessLostError(detail)
    return true
  }

  /** Describes the log that was found, with everything that is known. */
  async describe({ position, hash }: Head): Promise<LostWitness> {
    const unknownRecordings = await this.#countUnknown()
    return { position, hash, witnessedAt: this.#markedAt, unknownRecordings }
  }

  /** The witness names an event. */
  get #isTrusted(): boolean {
    return this.head !== undefined && this.head.position > 0
  }

  async #problem(position: number): Promise<string | undefined> {
    if (this.#damaged !== undefined) return this.#damaged.message
    if (this.#isTrusted) return undefined
    if (this.head === undefined && this.#markedAt !== null)
      return `The witness file of the log is missing, although event ${this.#markedAt} says that it existed. Events after position ${position} may have been removed, or the log replaced.`
    const count = await this.#countUnknown()
    if (count === 0) return undefined
    const recordings = count === 1 ? '1 recording' : `${count} recordings`
    return position === 0
      ? `The log is empty, but the recordings folder holds ${recordings}.`
      : `The witness file of the log is missing, and the log does not know ${recordings} of the recordings folder. Events after position ${position} may have been removed, or the log replaced.`
  }

  /** Counts the recordings on disk that the log does not know. */
  async #countUnknown(): Promise<number> {
    const { recordingsFolder } = this.#options
    if (recordingsFolder === undefined) return 0
    const onDisk = await recordingsOnDisk(recordingsFolder)
    return onDisk.filter((id) => !this.#recordings.has(id)).length
  }
}

/** The file is up to a second older than what this process knows, or more if it was not written. */
function newerOf(read: Head | undefined, known: Head | undefined): Head | undefined {
  if (read === undefined || known === undefined) return read ?? known
  return known.position > read.position ? known : read
}
