import type { Logger } from '../../contract/logger.ts'
import type {
  ConfirmedCheckpoint,
  OutsiderProblem,
  OutsiderView,
} from '../../contract/outsiders.ts'
import { within } from '../../time/within.ts'
import { locally, OutsiderError } from './outsider-error.ts'
import type { CheckpointSource, Outsider } from './port.ts'

/** The pauses between attempts that fail, in milliseconds. Each is twice the one before. */
export interface RetryPauses {
  firstMs: number
  longestMs: number
}

/** The parts that a submission loop works with. */
export interface SubmissionLoopOptions {
  source: Pick<CheckpointSource, 'checkpoint'>
  pauses: RetryPauses
  logger: Logger
  now(): number
  /** Called after each attempt: the state of the outsider may be another one. */
  onAttempt?: () => void
}

/** The most by which a pause is prolonged, so that not all computers retry at once. */
const JITTER = 0.25
const CLOSE_LIMIT_MS = 1_000

/**
 * Sends the newest checkpoint to one outsider: one request at a time, again after a growing pause
 * when it fails, and never with anybody waiting for it.
 */
export class SubmissionLoop {
  readonly #outsider: Outsider
  readonly #options: SubmissionLoopOptions
  readonly #abort = new AbortController()
  #confirmed: ConfirmedCheckpoint | null = null
  #problem: OutsiderView['problem'] = null
  #hasLoaded = false
  #opinion: 'confirms' | 'contradicts' | null = null
  #isWanted = false
  #failures = 0
  #begunAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(outsider: Outsider, options: SubmissionLoopOptions) {
    this.#outsider = outsider
    this.#options = options
  }

  /** The state of the outsider. */
  get view(): OutsiderView {
    const { kind, name, url } = this.#outsider
    return { kind, name, url, confirmed: this.#confirmed, problem: this.#problem }
  }

  /** The key of a witness (vkey); null of an authority. */
  get vkey(): string | null {
    return this.#outsider.vkey
  }

  /** Its last word on the log since this start; null before that. No answer is no word. */
  get opinion(): 'confirms' | 'contradicts' | null {
    return this.#opinion
  }

  /** Sends the newest checkpoint soon. Returns at once. */
  notify(): void {
    if (this.#abort.signal.aborted) return
    this.#isWanted = true
    if (this.#running === undefined && this.#timer === undefined) this.#scheduleNext()
  }

  /** Gives up what is under way, and sends nothing more. A hung disk delays it by a second. */
  async close(): Promise<void> {
    this.#abort.abort()
    clearTimeout(this.#timer)
    if (this.#running) await within(this.#running, CLOSE_LIMIT_MS)
  }

  #scheduleNext(): void {
    this.#schedule(this.#begunAt + this.#outsider.periodMs - performance.now())
  }

  #schedule(pauseMs: number): void {
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#running = this.#run()
      },
      Math.max(0, pauseMs),
    ).unref()
  }

  async #run(): Promise<void> {
    this.#isWanted = false
    let pauseMs: number | undefined
    try {
      await this.#submit()
      this.#succeed()
    } catch (error) {
      pauseMs = this.#fail(error)
    }
    this.#running = undefined
    if (!this.#abort.signal.aborted) this.#options.onAttempt?.()
    if (this.#abort.signal.aborted) return
    if (pauseMs !== undefined) this.#schedule(pauseMs)
    else if (this.#isWanted) this.#scheduleNext()
  }

  async #submit(): Promise<void> {
    const { source } = this.#options
    const { signal } = this.#abort
    if (!this.#hasLoaded)
      this.#confirmed = await locally('Its earlier answers could not be read', () =>
        this.#outsider.newest(),
      )
    this.#hasLoaded = true
    const checkpoint = await locally('The checkpoint could not be read', () => source.checkpoint())
    const confirmed = this.#confirmed?.size ?? 0
    if (checkpoint === undefined || signal.aborted) return
    // A log that was put back may grow to the size that was once confirmed: that proves nothing.
    if (checkpoint.size === confirmed && this.#opinion !== 'contradicts') return
    this.#begunAt = performance.now()
    this.#confirmed = await this.#outsider.submit(checkpoint, confirmed, signal)
    this.#opinion = 'confirms'
  }

  #succeed(): void {
    const { name, url } = this.#outsider
    if (this.#problem !== null)
      this.#options.logger.info({ outsider: name, url }, 'outsider confirms checkpoints again')
    this.#problem = null
    this.#failures = 0
  }

  /** Returns the pause before the next attempt, in milliseconds. */
  #fail(error: unknown): number {
    const { logger, now, pauses } = this.#options
    const { name, url } = this.#outsider
    if (this.#abort.signal.aborted) return 0
    const code: OutsiderProblem = error instanceof OutsiderError ? error.code : 'local'
    if (code === 'contradicted') this.#opinion = 'contradicts'
    const message = error instanceof OutsiderError ? error.message : 'It could not be asked.'
    // Each attempt that fails for the same reason is no news.
    if (this.#problem?.code !== code || this.#problem.message !== message)
      logger[code === 'contradicted' ? 'error' : 'warn'](
        { err: error, outsider: name, url, problem: code },
        'outsider does not confirm the checkpoint',
      )
    const since = this.#problem?.since ?? new Date(now()).toISOString()
    this.#problem = { code, message, since }
    const pauseMs = Math.min(pauses.longestMs, pauses.firstMs * 2 ** this.#failures++)
    return pauseMs * (1 + JITTER * Math.random())
  }
}
