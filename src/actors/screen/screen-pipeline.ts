import { type Fragment, FragmentAssembler, readBox, shortenFragment } from '../../media/fmp4.ts'
import { Splitter } from '../../media/splitter.ts'
import type { CaptureHelper } from '../../platform/capture-backend.ts'
import {
  captureFailed,
  exitProblem,
  lastMessage,
  toCaptureProblem,
} from '../../platform/capture-problem.ts'
import type { ScreenWatch } from '../../platform/screen-watch.ts'
import type { Child } from '../../processes/child-process.ts'
import { terminate } from '../../processes/terminate.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import { within } from '../../time/within.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { EndCause, Pipeline, PipelineEvents } from '../segment/pipeline.ts'
import { BlackWatch } from './black-watch.ts'
import { feederProblem, startFeeder } from './feeder.ts'
import { JpegSplitter } from './jpeg-splitter.ts'

/** How long frames wait until the time of the first one is read from ffmpeg's messages. */
const START_TIME_WAIT_MS = 250
/**
 * The start of an input in ffmpeg's messages. Inputs with a wall clock (x11grab, gdigrab) give
 * epoch seconds; others count from another origin.
 */
const INPUT_START = /start: (-?\d+\.\d+|N\/A)/
const EPOCH_SECONDS_MIN = 1e9
/** A frame that ends further ahead than this was timed by a clock that has been set. */
const AHEAD_MAX_MS = 1_000
/** How long the end waits until the watch confirms the last frames. */
const CONFIRM_MS = 300
/**
 * Without a frame for this long, ffmpeg or its display hangs, and finishing it would only cost
 * time.
 */
const HANG_MS = 1_200

/** The parts of a screen pipeline. */
export interface ScreenPipelineParts {
  /** Delivers fragmented MP4 on stdout, one fragment a frame. */
  command: Promise<CaptureHelper>
  env: NodeJS.ProcessEnv
  clock: RecorderClock
  /** How ffmpeg is asked to finish, and its limit for it. */
  quit: 'SIGINT' | 'q'
  quitMs: number
}

/**
 * The pipeline of a screen. One ffmpeg grabs and encodes. Its MP4 is split here into frames, so
 * that it can be cut at a frame. A fragment comes when the next frame is there. The frame on screen
 * at a cut therefore always comes after the cut, and is shortened.
 */
export class ScreenPipeline implements Pipeline {
  readonly ended: Promise<EndCause>
  startedAtMs: number | undefined
  readonly #parts: ScreenPipelineParts
  readonly #events: PipelineEvents
  readonly #boxes = new Splitter(readBox)
  readonly #assembler = new FragmentAssembler()
  readonly #black: BlackWatch
  readonly #pictures = new JpegSplitter()
  #child: Child | undefined
  #feeder: Child | undefined
  #watch: ScreenWatch | undefined
  #cause: EndCause | undefined
  #interrupt: () => void = () => {}
  readonly #interrupted = new Promise<undefined>((resolve) => {
    this.#interrupt = () => resolve(undefined)
  })
  #messages = ''
  /** The input does not report the wall-clock time. */
  #hasNoClock = false
  /** Frames that the watch has not yet confirmed. */
  #unconfirmed: Fragment[] = []
  #confirming: Promise<void> | undefined
  #waiting: Fragment[] = []
  #startTimeTimer: NodeJS.Timeout | undefined
  #init: Buffer | undefined
  #firstTick = 0
  #isOver = false
  /** By performance.now(). */
  #lastFrameAt = 0

  constructor(parts: ScreenPipelineParts, events: PipelineEvents) {
    this.#parts = parts
    this.#events = events
    this.#black = new BlackWatch((present) =>
      events.warning({
        code: 'SCREEN_BLACK',
        present,
        detail: 'Nothing but black has been captured for 3 s.',
      }),
    )
    this.ended = this.#run().then(() => this.#cause!)
  }

  async #run(): Promise<void> {
    let command: CaptureHelper | undefined
    try {
      // An end does not wait for a display that does not answer.
      command = await Promise.race([this.#parts.command, this.#interrupted])
    } catch (error) {
      return this.end({ kind: 'problem', problem: toCaptureProblem(error) })
    }
    if (command === undefined || this.#cause) {
      // What it opens meanwhile is not used.
      return void this.#parts.command.then(({ release }) => release?.()).catch(() => {})
    }
    const { needsConfirmation = false } = command
    this.#watch = command.watchScreen?.((problem) => this.end({ kind: 'problem', problem }))
    const unsubscribe = this.#parts.clock.onJump((jump) => {
      // ffmpeg times each frame by the system clock. After a step back it drops frames until the
      // clock has caught up.
      if (jump.type === 'stepped') this.end(this.#clockSetCause())
    })
    const child = startObserved(
      command,
      {
        env: this.#parts.env,
        stdin: this.#parts.quit === 'q' || command.feeder ? 'pipe' : 'ignore',
        onStdout: (chunk) => this.#onOutput(chunk, needsConfirmation),
        onStderr: (text) => this.#readStartTime(text),
        onDescriptors: [
          (chunk) => this.#black.push(chunk),
          (chunk) => void this.#onPictures(chunk, needsConfirmation),
        ],
      },
      this.#events.process,
    )
    this.#child = child
    if (command.feeder)
      this.#feeder = startFeeder(command.feeder, child, this.#parts.env, this.#events.process)
    const exit = await child.exited
    unsubscribe()
    this.#useArrivalTime()
    // The watch knows the cause better: ffmpeg's own message is missing or hard to understand.
    const problem =
      this.#cause === undefined
        ? ((await this.#watch?.check()) ?? (await feederProblem(this.#feeder, exit)))
        : undefined
    this.end({
      kind: 'problem',
      problem: problem ?? exitProblem('The screen capture', child, exit),
    })
    if (this.#confirming) await within(this.#confirming, CONFIRM_MS)
    this.#emitFrames(exit.signal === null)
    this.#isOver = true
    this.#watch?.stop()
    await Promise.all([this.#feeder?.exited, command.release?.()])
  }

  end(cause: EndCause): void {
    if (this.#cause) return
    this.#cause = cause
    this.#interrupt()
    const child = this.#child
    // The encoder then finishes what it has.
    this.#feeder?.kill('SIGKILL')
    if (child === undefined) return
    const ask = this.#parts.quit === 'q' ? () => child.stdin?.end('q') : ('SIGINT' as const)
    // Before the first frame there is nothing to finish.
    const finishes =
      this.startedAtMs !== undefined && performance.now() - this.#lastFrameAt < HANG_MS
    void terminate(child, finishes ? [{ ask, waitMs: this.#parts.quitMs }] : [])
  }

  kill(): void {
    this.end({ kind: 'cut', at: this.#parts.clock.now() })
    this.#child?.kill('SIGKILL')
  }

  #readStartTime(text: string): void {
    if (this.startedAtMs !== undefined || this.#hasNoClock) return
    this.#messages = (this.#messages + text).slice(-4_096)
    const start = INPUT_START.exec(this.#messages)?.[1]
    if (start === undefined) return
    this.#hasNoClock = !(Number(start) >= EPOCH_SECONDS_MIN)
    if (!this.#hasNoClock) this.startedAtMs = Number(start) * 1_000 - this.#parts.clock.wallAheadMs
    this.#emitFrames()
  }

  #onOutput(chunk: Buffer, needsConfirmation: boolean): void {
    this.#lastFrameAt = performance.now()
    try {
      for (const box of this.#boxes.push(chunk)) {
        const fragment = this.#assembler.push(box)
        if (fragment) (needsConfirmation ? this.#unconfirmed : this.#waiting).push(fragment)
      }
      if (this.#unconfirmed.length > 0) this.#confirming ??= this.#confirm()
      this.#emitFrames()
    } catch (error) {
      const detail = `The screen capture wrote no MP4 (${(error as Error).message}).${lastMessage(this.#child?.stderr() ?? '')}`
      this.end({ kind: 'problem', problem: captureFailed(detail) })
      this.#child?.kill('SIGKILL')
    }
  }

  /**
   * Keeps the frames that came before the watch found everything unchanged. The others may show
   * something else and are dropped.
   */
  async #confirm(): Promise<void> {
    while (this.#unconfirmed.length > 0) {
      const frames = this.#unconfirmed
      this.#unconfirmed = []
      if ((await this.#watch?.check()) !== undefined || this.#isOver) continue
      this.#waiting.push(...frames)
      this.#emitFrames()
    }
    this.#confirming = undefined
  }

  /** Passes pictures on, once it is sure that they show what is recorded. */
  async #onPictures(chunk: Buffer, needsConfirmation: boolean): Promise<void> {
    const picture = this.#pictures.push(chunk).at(-1)
    if (picture === undefined) return
    if (needsConfirmation && (await this.#watch?.check()) !== undefined) return
    if (this.#cause === undefined) this.#events.picture(picture)
  }

  #clockSetCause(): EndCause {
    return {
      kind: 'problem',
      problem: captureFailed('The system clock was set.'),
      at: this.#parts.clock.now(),
    }
  }

  #useArrivalTime(): void {
    this.#hasNoClock = true
    this.#emitFrames()
  }

  /**
   * The duration of all waiting frames. A fragment comes when its frame is over, so the first frame
   * began this long ago. Used for inputs that do not report the wall-clock time.
   */
  #waitingMs(): number {
    return this.#ms(this.#waiting.reduce((sum, fragment) => sum + fragment.duration, 0))
  }

  #ms(ticks: number): number {
    return (ticks / this.#assembler.timescale!) * 1_000
  }

  /**
   * Passes on the waiting frames once the time of the first one is known. A feeder may bring none
   * while the screen stands still. Its last one is therefore kept until the end, and then shown
   * until the cut.
   */
  #emitFrames(isEnd = false): void {
    if (this.startedAtMs === undefined && this.#waiting.length > 0) {
      if (this.#hasNoClock) this.startedAtMs = this.#parts.clock.now() - this.#waitingMs()
      else this.#startTimeTimer ??= setTimeout(() => this.#useArrivalTime(), START_TIME_WAIT_MS)
    }
    if (this.startedAtMs === undefined) return
    clearTimeout(this.#startTimeTimer)
    const startedAtMs = this.startedAtMs
    const isCut = this.#feeder !== undefined && this.#cause?.kind === 'cut'
    const kept = isCut && !isEnd ? this.#waiting.splice(-1) : []
    const last = isCut && isEnd ? this.#waiting.at(-1) : undefined
    for (const fragment of this.#waiting) {
      if (this.#init === undefined) this.#firstTick = fragment.start
      const startMs = this.#ms(fragment.start - this.#firstTick)
      const aheadMs = startedAtMs + startMs + this.#ms(fragment.duration) - this.#parts.clock.now()
      if (aheadMs > AHEAD_MAX_MS) {
        // The machine may have slept instead; then the clock's check ends this capture.
        this.#parts.clock.check()
        this.end(this.#clockSetCause())
      }
      const cutMs = (this.#cause?.at ?? Number.POSITIVE_INFINITY) - startedAtMs
      if (startMs > cutMs) continue
      if (fragment === last || startMs + this.#ms(fragment.duration) > cutMs) {
        fragment.duration = Math.max(
          1,
          Math.floor(((cutMs - startMs) / 1_000) * this.#assembler.timescale!),
        )
        shortenFragment(fragment.moof, fragment.duration)
      }
      const bytes = [fragment.moof, fragment.mdat]
      if (this.#init === undefined) {
        this.#init = this.#assembler.init
        bytes.unshift(this.#init)
      }
      this.#events.unit({
        bytes: Buffer.concat(bytes),
        endMs: this.#ms(fragment.start - this.#firstTick + fragment.duration),
      })
    }
    this.#waiting = kept
  }
}
