import type { CaptureReport } from '../../actors/capture.ts'
import { RecorderError } from '../../contract/errors.ts'
import { MEDIA, type Medium } from '../../contract/media.ts'
import { type Quality, resolveQuality } from '../../contract/quality.ts'
import { freeBytes, type ReadFreeBytes } from '../../disk/free-space.ts'
import type { LogBallast } from '../../store/types.ts'
import { within } from '../../time/within.ts'
import { BitRates } from './bit-rates.ts'

/**
 * What is kept free, in bytes. Between two looks at the disk a full screen of moving pictures takes some 5 MB, finishing files
 * and LevelDB's compaction some 50, and a desktop whose disk is quite full fails in ways that nobody connects with the recorder.
 */
export const DEFAULT_RESERVE_BYTES = 256_000_000

/** How often the disk is asked: while something is recorded or paused, and otherwise. */
const LOOK_MS = 2_000
const IDLE_LOOK_MS = 4_000
/** An older answer is refreshed before it decides about a start. */
const STALE_MS = 8_000
/** How long a disk may take to tell its free space. */
const ANSWER_MS = 1_000
/** How long giving the ballast up may take before the log is tried without. */
const DROP_MS = 500
const BALLAST_RETRY_MS = 60_000
/** A quota is not seen by asking the disk: what was just given up is not taken back at once. */
const GIVEN_UP_MS = 5_000
/** When the disk counts as getting full, and when no longer. */
const LOW = { seconds: 30 * 60, reserves: 2 }
const LOW_NO_MORE = { seconds: 45 * 60, reserves: 2.5 }

/** The parts that a disk watch works with. */
export interface DiskWatchOptions {
  /** Where recordings are kept: whose disk is asked. */
  folder: string
  reserveBytes?: number | undefined
  ballast?: LogBallast | undefined
  readFreeBytes?: ReadFreeBytes | undefined
  /** The media being recorded or paused; undefined when there are none. */
  recording(): { active: boolean; media: Medium[]; quality: Quality } | undefined
  /** Quality of what is recorded next. */
  quality?: Quality | undefined
  /** The disk is getting full, or has room again; settles when that is in the log. */
  onLow(low: boolean, detail: string): Promise<void>
  /** Media are flowing and the reserve is reached: they are to be stopped. Settles when they are. */
  onFull(): Promise<void>
}

/** The state of the disk. */
export interface DiskState {
  /** Undefined when the disk has not answered. */
  freeBytes: number | undefined
  /** How long what is being recorded, or all media, may go on until the reserve is reached. */
  recordableSeconds: number
  /** RFC 3339: since when nothing can be recorded for want of space. */
  fullSince: string | undefined
}

/** Keeps an eye on the disk: how long it will do, when somebody has to know, and when recording has to end. */
export class DiskWatch {
  readonly reserveBytes: number
  readonly #options: DiskWatchOptions
  readonly #rates = new BitRates()
  #timer: NodeJS.Timeout | undefined
  #asking: Promise<number | undefined> | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #answeredAt = Number.NEGATIVE_INFINITY
  #free: number | undefined
  #fullSince: string | undefined
  #low = false
  #telling = false
  #stopping = false
  #ballast: 'unknown' | 'kept' | 'making' = 'unknown'
  #ballastNotBefore = 0

  constructor(options: DiskWatchOptions) {
    this.#options = options
    this.reserveBytes = options.reserveBytes ?? DEFAULT_RESERVE_BYTES
  }

  /** Begins to look at the disk by itself. */
  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), LOOK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Takes a capture's report of how long its file has become. */
  take(recordingId: string, medium: Medium, report: CaptureReport): void {
    if (report.type !== 'capture.progress') return
    this.#rates.take(medium, `${recordingId}/${report.segment}`, report.bytes, performance.now())
  }

  /** The last known state. */
  get state(): DiskState {
    return {
      freeBytes: this.#free,
      recordableSeconds: this.#secondsLeft(this.#free ?? 0),
      fullSince: this.#fullSince,
    }
  }

  /** Asks the disk now, for a second at most. One question at a time: a disk that hangs must not take all threads. */
  async look(): Promise<DiskState> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    const freeBytes = await within(this.#asking, ANSWER_MS)
    return { ...this.state, freeBytes }
  }

  /** Whether what is known is too old to decide on a start. */
  get isStale(): boolean {
    return performance.now() - this.#answeredAt > STALE_MS
  }

  /** Why nothing can be recorded now, as far as is known; undefined when something can. */
  get shortage(): RecorderError | undefined {
    if (this.#fullSince === undefined || this.#free === undefined) return undefined
    return new RecorderError('STORAGE_FULL', this.#fullText(this.#free))
  }

  /** The disk has refused media or log: gives up the ballast, so that the log can write what follows. */
  async releaseBallast(): Promise<void> {
    const { ballast } = this.#options
    if (!ballast) return
    this.#ballast = 'unknown'
    this.#ballastNotBefore = performance.now() + GIVEN_UP_MS
    await within(ballast.release(), DROP_MS)
  }

  #tick(): void {
    const hasBallast = this.#ballast === 'kept' || !this.#options.ballast
    const isWell = !this.#low && this.#fullSince === undefined && hasBallast
    const isCalm = this.#options.recording() === undefined && isWell
    // Half a tick of tolerance: a timer that fires a moment early must not double the interval.
    if (isCalm && performance.now() - this.#askedAt < IDLE_LOOK_MS - LOOK_MS / 2) return
    void this.look()
  }

  async #ask(): Promise<number | undefined> {
    this.#askedAt = performance.now()
    try {
      this.#free = await (this.#options.readFreeBytes ?? freeBytes)(this.#options.folder)
    } catch {
      this.#free = undefined
      return undefined
    }
    this.#answeredAt = performance.now()
    this.#evaluate(this.#free)
    return this.#free
  }

  #evaluate(free: number): void {
    // Without a reserve a disk is full when nothing is left.
    if (free >= Math.max(1, this.reserveBytes)) this.#fullSince = undefined
    else {
      this.#fullSince ??= new Date().toISOString()
      if (this.#options.recording()?.active) void this.#end()
    }
    void this.#tellLow(free)
    void this.#keepBallast(free)
  }

  async #end(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    await this.#options.onFull().catch(() => {})
    this.#stopping = false
  }

  async #tellLow(free: number): Promise<void> {
    const { seconds, reserves } = this.#low ? LOW_NO_MORE : LOW
    const left = this.#secondsLeft(free)
    const low = left < seconds || free < reserves * this.reserveBytes
    if (low === this.#low || this.#telling) return
    this.#telling = true
    const detail = `${megabytes(free)} are free, of which ${megabytes(this.reserveBytes)} are kept in reserve: about ${minutes(left)} can be recorded.`
    // Only when it is in the log: else it is told again at the next look.
    await this.#options.onLow(low, detail).then(
      () => {
        this.#low = low
      },
      () => {},
    )
    this.#telling = false
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
    const rate = this.#rates.of(
      media,
      recording?.quality ?? this.#options.quality ?? resolveQuality(),
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
