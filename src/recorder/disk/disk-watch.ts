import type { CaptureReport } from '../../actors/capture.ts'
import { RecorderError } from '../../contract/errors.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import { type Quality, resolveQuality } from '../../contract/quality.ts'
import { DEFAULT_RESERVE_BYTES } from '../../disk/default-reserve.ts'
import { freeBytes, type ReadFreeBytes } from '../../disk/free-space.ts'
import { writeProblem } from '../../disk/write-problem.ts'
import type { LogBallast } from '../../store/port.ts'
import { within } from '../../time/within.ts'
import { ByteRates } from './byte-rates.ts'
import { DISK_MISSING } from './recordings-disk.ts'
import { ReportedCondition } from './reported-condition.ts'

/** Interval of the checks while something is recorded or paused, and while nothing is. */
const CHECK_MS = 2_000
const IDLE_CHECK_MS = 4_000
/** An older answer is refreshed before it decides about a start. */
const STALE_MS = 8_000
/** Longest time that a disk may take to answer. */
const ANSWER_MS = 1_000
/** Longest time to release the ballast; then the log is tried without it. */
const RELEASE_LIMIT_MS = 500
const BALLAST_RETRY_MS = 60_000
/** A check does not see quotas: ballast that was just released is not taken back at once. */
const RELEASE_HOLD_MS = 5_000
/** Below this the disk is low: seconds left, or free space in multiples of the reserve. */
const LOW = { seconds: 30 * 60, reserves: 2 }
/** Above this it is no longer low. */
const LOW_NO_MORE = { seconds: 45 * 60, reserves: 2.5 }

/** The parts that a disk watch works with. */
export interface DiskWatchOptions {
  /** Folder of the recordings, whose disk is watched. */
  folder: string
  reserveBytes?: number | undefined
  ballast?: LogBallast | undefined
  readFreeBytes?: ReadFreeBytes | undefined
  /** Whether it is the disk of the recordings (default: yes). */
  isThere?: (() => Promise<boolean>) | undefined
  /** The media being recorded or paused; undefined when there are none. */
  recording(): { active: boolean; media: Medium[]; quality: Quality } | undefined
  /** Quality of the next recording. */
  quality?: (() => Quality) | undefined
  /** Called when the disk becomes low or has room again. Settles when that is in the log. */
  onLow(low: boolean, detail: string): Promise<void>
  /** Called when the disk of the recordings is missing or there again. Settles like `onLow`. */
  onMissing?(missing: boolean, detail: string): Promise<void>
  /** Called when media flow and the reserve is reached. Settles when they are stopped. */
  onFull(): Promise<void>
}

/** The state of the disk. */
export interface DiskState {
  /** Undefined when the disk has not answered. */
  freeBytes: number | undefined
  /** Recording time left until the reserve is reached: of the current media, else of all. */
  recordableSeconds: number
  /** RFC 3339: since when there is too little space to record. */
  fullSince: string | undefined
  /** Whether another disk, or none, is in the place of that of the recordings. */
  isMissing: boolean
}

/** Watches the disk: recording time left, when it is low, and when recording has to end. */
export class DiskWatch {
  readonly reserveBytes: number
  readonly #options: DiskWatchOptions
  readonly #rates = new ByteRates()
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<number | undefined> | undefined
  #trying: Promise<Error | undefined> | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #answeredAt = Number.NEGATIVE_INFINITY
  #free: number | undefined
  #fullSince: string | undefined
  #isMissing = false
  readonly #low: ReportedCondition
  readonly #missing: ReportedCondition
  #isStopping = false
  #ballast: 'unknown' | 'kept' | 'making' = 'unknown'
  #ballastNotBefore = 0

  constructor(options: DiskWatchOptions) {
    this.#options = options
    this.reserveBytes = options.reserveBytes ?? DEFAULT_RESERVE_BYTES
    this.#low = new ReportedCondition((low, detail) => options.onLow(low, detail))
    this.#missing = new ReportedCondition(async (missing, detail) =>
      options.onMissing?.(missing, detail),
    )
  }

  /** Starts to check the disk regularly. */
  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), CHECK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Observes a capture's report about the size of its file. */
  observe(recordingId: string, medium: Medium, report: CaptureReport): void {
    if (report.type !== 'capture.progress') return
    this.#rates.observe(medium, `${recordingId}/${report.segment}`, report.bytes, performance.now())
  }

  /** The last known state. */
  get state(): DiskState {
    return {
      freeBytes: this.#free,
      recordableSeconds: this.#secondsLeft(this.#free ?? 0),
      fullSince: this.#fullSince,
      isMissing: this.#isMissing,
    }
  }

  /**
   * Reads the free space now, within a second. One read at a time: a disk that hangs must not
   * occupy all threads.
   */
  async check(): Promise<DiskState> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    const freeBytes = await within(this.#reading, ANSWER_MS)
    return { ...this.state, freeBytes }
  }

  /**
   * Tries whether a file can be written now, within a second. Resolves with the error when not;
   * `unanswered` when the disk does not answer. One attempt at a time, as with reading.
   */
  async tryToWrite(): Promise<Error | undefined | 'unanswered'> {
    this.#trying ??= writeProblem(this.#options.folder).finally(() => {
      this.#trying = undefined
    })
    const tried = this.#trying.then((problem) => ({ problem }))
    const answer = await within(tried, ANSWER_MS)
    return answer === undefined ? 'unanswered' : answer.problem
  }

  /** Whether the last known state is too old to decide about a start. */
  get isStale(): boolean {
    return performance.now() - this.#answeredAt > STALE_MS
  }

  /** Why nothing can be recorded now, as far as is known; undefined when something can. */
  get shortage(): RecorderError | undefined {
    if (this.#fullSince === undefined || this.#free === undefined) return undefined
    return new RecorderError('STORAGE_FULL', this.#fullText(this.#free))
  }

  /** Releases the ballast after the disk has refused media or log: the log needs the space. */
  async releaseBallast(): Promise<void> {
    const { ballast } = this.#options
    if (!ballast) return
    this.#ballast = 'unknown'
    this.#ballastNotBefore = performance.now() + RELEASE_HOLD_MS
    await within(ballast.release(), RELEASE_LIMIT_MS)
  }

  #tick(): void {
    const hasBallast = this.#ballast === 'kept' || !this.#options.ballast
    const isWell = !this.#low.isPresent && this.#fullSince === undefined && hasBallast
    const isCalm = this.#options.recording() === undefined && isWell
    // Half a tick of tolerance: a timer that fires a moment early must not double the interval.
    if (isCalm && performance.now() - this.#readAt < IDLE_CHECK_MS - CHECK_MS / 2) return
    void this.check()
  }

  async #read(): Promise<number | undefined> {
    this.#readAt = performance.now()
    try {
      this.#free = await (this.#options.readFreeBytes ?? freeBytes)(this.#options.folder)
    } catch {
      this.#free = undefined
      return undefined
    }
    this.#answeredAt = performance.now()
    this.#evaluate(this.#free)
    await this.#lookForDisk()
    return this.#free
  }

  async #lookForDisk(): Promise<void> {
    const { isThere = async () => true } = this.#options
    try {
      this.#isMissing = !(await isThere())
    } catch {
      // Nobody knows while the log is opened again.
      return
    }
    void this.#missing.observe(this.#isMissing, DISK_MISSING)
  }

  #evaluate(free: number): void {
    // Without a reserve a disk is full when nothing is left.
    if (free >= Math.max(1, this.reserveBytes)) this.#fullSince = undefined
    else {
      this.#fullSince ??= new Date().toISOString()
      if (this.#options.recording()?.active) void this.#end()
    }
    this.#reportLow(free)
    void this.#keepBallast(free)
  }

  async #end(): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    await this.#options.onFull().catch(() => {})
    this.#isStopping = false
  }

  #reportLow(free: number): void {
    const { seconds, reserves } = this.#low.isPresent ? LOW_NO_MORE : LOW
    const left = this.#secondsLeft(free)
    const low = left < seconds || free < reserves * this.reserveBytes
    const detail = `${megabytes(free)} are free, of which ${megabytes(this.reserveBytes)} are kept in reserve: about ${minutes(left)} can be recorded.`
    void this.#low.observe(low, detail)
  }

  async #keepBallast(free: number): Promise<void> {
    const { ballast } = this.#options
    if (!ballast || this.#ballast !== 'unknown' || performance.now() < this.#ballastNotBefore)
      return
    if (free < this.reserveBytes + 2 * ballast.bytes) return
    this.#ballast = 'making'
    const kept = await ballast.ensure()
    // It may have been given up meanwhile.
    if (this.#ballast !== 'making') return
    this.#ballast = kept ? 'kept' : 'unknown'
    if (!kept) this.#ballastNotBefore = performance.now() + BALLAST_RETRY_MS
  }

  #secondsLeft(free: number): number {
    const recording = this.#options.recording()
    const media = recording && recording.media.length > 0 ? recording.media : MEDIA
    const rate = this.#rates.bytesPerSecond(
      media,
      recording?.quality ?? this.#options.quality?.() ?? resolveQuality(),
    )
    return Math.floor(Math.max(0, free - this.reserveBytes) / rate)
  }

  #fullText(free: number): string {
    return `${megabytes(free)} are free on the disk of the recordings, and recording needs more than the ${megabytes(this.reserveBytes)} that are kept in reserve.`
  }
}

function megabytes(bytes: number): string {
  return bytes >= 9_950_000_000
    ? `${Math.round(bytes / 1e9)} GB`
    : `${(bytes / 1e6).toFixed(bytes < 9_950_000 ? 1 : 0)} MB`
}

function minutes(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  return seconds < 7_200
    ? `${Math.floor(seconds / 60)} minutes`
    : `${Math.floor(seconds / 3_600)} hours`
}
