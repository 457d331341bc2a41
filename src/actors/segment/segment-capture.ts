import type { SegmentDescription, SegmentFault } from '../../contract/events.ts'
import type { Logger } from '../../contract/logger.ts'
import type { Device } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import { type CaptureProblem, toCaptureProblem } from '../../platform/capture-problem.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import { within } from '../../time/within.ts'
import type { CaptureReport, SegmentPlan } from '../capture.ts'
import type { CaptureLimits } from './capture-limits.ts'
import type { EndCause, StartPipeline } from './pipeline.ts'
import { salvageCreated } from './salvage-file.ts'
import { SegmentAttempt } from './segment-attempt.ts'
import { describeSegment, FORMATS, segmentFile, segmentStart } from './segment-description.ts'
import { removeSegment } from './segment-writer.ts'

/** The parts that a segment's capture works with. */
export interface SegmentCaptureParts {
  plan: SegmentPlan
  /** Retries until then (epoch ms). */
  retryUntil: number | undefined
  /** Prepares the pipeline of a device. */
  pipeline: (device: Device, quality: Quality) => StartPipeline
  /** Finds the device again, as it is now; rejects when it is not there. */
  resolve: (device: Device) => Promise<Device>
  limits: CaptureLimits
  clock: RecorderClock
  logger: Logger
  report: (report: CaptureReport) => void
}

type Cause = 'cut' | CaptureProblem

/** Media that end so long before their cut had stopped by themselves, ms. */
const SHORT_MS = 500
const STOPPED_EARLY: SegmentFault = { code: 'CAPTURE_FAILED', reason: 'captureFailed' }

/**
 * Captures one segment: attempts it until media flow, runs until a cut or a failure, then finishes
 * the file. Always reports `capture.ended` exactly once.
 */
export class SegmentCapture {
  /** Resolves when `capture.ended` has been reported. */
  readonly ended: Promise<void>
  /** Resolves when nothing writes to its file any more. */
  closed: Promise<unknown> = Promise.resolve()
  readonly #parts: SegmentCaptureParts
  /** The attempt under way. */
  #attempt: SegmentAttempt | undefined
  #cutAt: number | undefined
  #discard = false
  #hasFlowed = false
  /** It has ended before anybody heard of it, and waits for its file. */
  #isOverUnheard = false
  #disposed = false
  /** A file that is complete and reported. */
  #storedPath: string | undefined
  #interrupt: () => void = () => {}
  readonly #interrupted: Promise<void>

  constructor(parts: SegmentCaptureParts) {
    this.#parts = parts
    this.#interrupted = new Promise((resolve) => {
      this.#interrupt = resolve
    })
    this.ended = this.#run()
  }

  /**
   * Keeps nothing captured after `at` (epoch ms). With `discard` it keeps nothing at all, also when
   * the segment has ended before.
   */
  cut(at: number, discard: boolean): void {
    this.#discard ||= discard
    if (this.#discard && this.#storedPath) void this.#remove(this.#storedPath)
    if (this.#cutAt !== undefined) return
    this.#cutAt = at
    this.#attempt?.cut(at)
    const { plan, report } = this.#parts
    // Reports after `cut` has returned: callers do not expect a report from within it.
    if (plan.medium === 'screen')
      queueMicrotask(() => report({ type: 'capture.picture', segment: plan.number, jpeg: null }))
    this.#interrupt()
  }

  /** Ends the processes at once. A file that cannot be finished then is left to salvage. */
  dispose(): void {
    this.#disposed = true
    this.#cutAt ??= this.#parts.clock.now()
    this.#attempt?.kill()
    this.#interrupt()
  }

  async #run(): Promise<void> {
    const { plan, retryUntil, limits, clock, logger } = this.#parts
    for (let pause = limits.retryFirst; ; pause = Math.min(2 * pause, limits.retryMax)) {
      const cause = await this.#capture()
      if (this.#attempt?.hasMedia) return this.#finish(this.#attempt, cause)
      const over = retryUntil === undefined || clock.now() + pause >= retryUntil
      if (cause === 'cut' || over) return this.#end(cause, null)
      logger.debug(
        { medium: plan.medium, segment: plan.number, code: cause.code },
        'no media yet; trying again',
      )
      await within(this.#interrupted, pause)
      if (this.#cutAt !== undefined) return this.#end('cut', null)
    }
  }

  /** Makes one attempt; resolves with why it ended, when no process is left. */
  async #capture(): Promise<Cause> {
    const { plan, retryUntil, limits, clock, pipeline, resolve, report } = this.#parts
    this.#attempt = undefined
    let device = plan.device
    if (retryUntil !== undefined) {
      const found = await Promise.race([resolve(device).catch(toCaptureProblem), this.#interrupted])
      if (this.#cutAt !== undefined || found === undefined) return 'cut'
      if ('code' in found) return found
      device = found
    }
    const left =
      retryUntil === undefined ? limits.flow : Math.max(limits.retryFirst, retryUntil - clock.now())
    this.#attempt = new SegmentAttempt(
      {
        plan,
        device,
        start: pipeline(device, plan.quality),
        limits,
        clock,
        flowLimitMs: Math.min(limits.flow, left),
      },
      {
        flowing: (startedAtMs) => {
          if (this.#cutAt !== undefined || this.#isOverUnheard) return
          this.#hasFlowed = true
          const startedAt = segmentStart(startedAtMs)
          const segment = plan.number
          report({
            type: 'capture.flowing',
            segment,
            startedAt,
            ...FORMATS[plan.medium],
            file: segmentFile(plan),
          })
        },
        level: (level) => {
          if (this.#cutAt === undefined) report({ type: 'capture.level', level })
        },
        picture: (jpeg) => {
          if (this.#cutAt === undefined)
            report({ type: 'capture.picture', segment: plan.number, jpeg })
        },
        warning: (warning) => {
          if (this.#cutAt === undefined)
            report({ type: 'capture.warning', segment: plan.number, ...warning })
        },
        process: ({ pid, program, isRunning }) => this.#reportProcess(pid, program, isRunning),
        progress: (bytes) => report({ type: 'capture.progress', segment: plan.number, bytes }),
      },
    )
    return toCause(await this.#attempt.ended)
  }

  #reportProcess(pid: number, program: string, isRunning: boolean): void {
    const { plan, clock, report } = this.#parts
    const startedAt = new Date(clock.now()).toISOString()
    const process = { segment: plan.number, pid, program, startedAt }
    report({ type: 'capture.process', segment: plan.number, process, isRunning })
  }

  async #finish(segment: SegmentAttempt, cause: Cause): Promise<void> {
    const { plan, retryUntil, limits, clock, report } = this.#parts
    const closing = this.#closeWithRetries(segment)
    this.closed = closing
    // Frees the attempt: a recording may have hundreds of finished segments.
    void closing.then(() => {
      this.#attempt = undefined
    })
    const isFull = cause !== 'cut' && cause.code === 'STORAGE_FULL'
    // There is time to try again, but the disk is slow: its media are known when they are on it.
    if (retryUntil !== undefined && !this.#hasFlowed && this.#cutAt === undefined && !isFull) {
      this.#isOverUnheard = true
      await within(Promise.race([closing, this.#interrupted]), retryUntil - clock.now())
    }
    const facts = await within(closing, limits.finish)
    if (facts !== undefined) return this.#end(cause, facts)
    if (this.#discard) return this.#end(cause, null)
    this.#end(cause, null, true)
    void closing.then((late) => {
      // Salvage finishes the file of a daemon that has ended.
      if (late || !this.#disposed)
        report({
          ...{ type: 'capture.closed', segment: plan.number, description: late },
          ...this.#fault(cause, late),
        })
    })
  }

  /**
   * Finishes the file, and retries until it succeeds: the disk may be gone or read-only for a
   * while.
   */
  async #closeWithRetries(segment: SegmentAttempt): Promise<SegmentDescription | null> {
    const { plan, limits, logger } = this.#parts
    for (;;) {
      try {
        return await this.#close(segment)
      } catch (error) {
        logger.error(
          { medium: plan.medium, segment: plan.number, err: error },
          'a segment cannot be finished yet',
        )
        if (this.#disposed) return null
        await new Promise((resolve) => setTimeout(resolve, limits.finish).unref())
      }
    }
  }

  /** Finishes the file. Null when it was discarded, or holds no whole unit of media. */
  async #close(segment: SegmentAttempt): Promise<SegmentDescription | null> {
    const { plan } = this.#parts
    if (this.#discard) {
      await segment.writer.discard()
      return null
    }
    const file = await segment.writer.finish().then(
      (stored) => ({ ...stored, durationMs: segment.durationMs }),
      // Not all of it could be written; the rest is salvaged.
      () =>
        segment.writer.hasFile
          ? salvageCreated(segment.path, FORMATS[plan.medium].container, plan.identity)
          : null,
    )
    if (file === null) return null
    if (this.#discard) {
      await this.#remove(segment.path)
      return null
    }
    this.#storedPath = segment.path
    return describeSegment(plan, segment.startedAtMs!, file)
  }

  async #remove(path: string): Promise<void> {
    const { plan, logger } = this.#parts
    try {
      await removeSegment(path)
    } catch (error) {
      logger.error(
        { medium: plan.medium, segment: plan.number, err: error },
        'a segment could not be removed',
      )
    }
  }

  #end(cause: Cause, description: SegmentDescription | null, unfinished = false): void {
    const { plan, report } = this.#parts
    report({
      ...{ type: 'capture.ended', segment: plan.number, cause, description, unfinished },
      ...this.#fault(cause, description),
    })
  }

  /** Why the media ended, when no cut ended them. */
  #fault(cause: Cause, description: SegmentDescription | null): { fault?: SegmentFault } {
    if (cause !== 'cut') return { fault: { code: cause.code, reason: cause.reason } }
    if (description === null || this.#cutAt === undefined) return {}
    const missingMs = this.#cutAt - Date.parse(description.endedAt)
    return missingMs > SHORT_MS ? { fault: STOPPED_EARLY } : {}
  }
}

function toCause(cause: EndCause): Cause {
  return cause.kind === 'cut' ? 'cut' : cause.problem
}
