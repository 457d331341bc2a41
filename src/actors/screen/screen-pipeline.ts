import type { Fragment } from '../../media/fmp4.ts'
import type { CaptureHelper } from '../../platform/capture-backend.ts'
import {
  captureFailed,
  exitProblem,
  lastMessage,
  toCaptureProblem,
} from '../../platform/capture-problem.ts'
import type { FrameGate } from '../../platform/frame-gate.ts'
import type { ScreenWatch } from '../../platform/screen-watch.ts'
import type { Child, ChildCommand, ChildExit } from '../../processes/child-process.ts'
import { terminate } from '../../processes/terminate.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import { within } from '../../time/within.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { EndCause, Pipeline, PipelineEvents } from '../segment/pipeline.ts'
import type { Spares } from '../spares.ts'
import { BlackWatch } from './black-watch.ts'
import { Feeder, type FeederParts } from './feeder.ts'
import { JpegSplitter } from './jpeg-splitter.ts'
import { ScreenFrames } from './screen-frames.ts'

/** How long the end waits until the watch confirms the last frames. */
const CONFIRM_MS = 300
/**
 * Without a frame for this long, ffmpeg or its display hangs, and finishing it would only cost
 * time.
 */
const HANG_MS = 1_200
/** Behind a gate, a still screen has two frames a second. */
const GATED_HANG_MS = 1_700
/** How long the end of a capture waits for a display that is still being opened. */
const RELEASE_MS = 1_500
/** How long a cut waits for the frame that ends the one on screen. */
const LAST_FRAME_MS = 250

/** The parts of a screen pipeline. */
export interface ScreenPipelineParts {
  /** Delivers fragmented MP4 on stdout, one fragment a frame. */
  command: Promise<CaptureHelper>
  env: NodeJS.ProcessEnv
  clock: RecorderClock
  /** How ffmpeg is asked to finish, and its limit for it. */
  quit: 'SIGINT' | 'q'
  quitMs: number
  /** May have an ffmpeg that has been started in advance. */
  spares?: Spares | undefined
}

/**
 * The pipeline of a screen. One ffmpeg grabs and encodes, behind a gate where there is one. Its MP4
 * is split here into frames, so that it can be cut at a frame.
 */
export class ScreenPipeline implements Pipeline {
  readonly ended: Promise<EndCause>
  readonly #parts: ScreenPipelineParts
  readonly #events: PipelineEvents
  readonly #frames: ScreenFrames
  readonly #black: BlackWatch
  readonly #pictures = new JpegSplitter()
  #child: Child | undefined
  #feeder: Feeder | undefined
  #watch: ScreenWatch | undefined
  #gate: FrameGate | undefined
  #cause: EndCause | undefined
  #interrupt: () => void = () => {}
  readonly #interrupted = new Promise<undefined>((resolve) => {
    this.#interrupt = () => resolve(undefined)
  })
  /** Frames that the watch has not yet confirmed. */
  #unconfirmed: Fragment[] = []
  #confirming: Promise<void> | undefined
  #isOver = false
  /** By performance.now(). */
  #lastFrameAt = 0
  #onNextFrame: () => void = () => {}

  constructor(parts: ScreenPipelineParts, events: PipelineEvents) {
    this.#parts = parts
    this.#events = events
    this.#frames = new ScreenFrames({
      clock: parts.clock,
      cutAt: () => this.#cause?.at ?? Number.POSITIVE_INFINITY,
      keepsLast: () => this.#feeder !== undefined && this.#cause?.kind === 'cut',
      unit: events.unit,
      clockSet: () => {
        // The machine may have slept instead; then the clock's check ends this capture.
        parts.clock.check()
        this.end(this.#clockSetCause())
      },
      heldUp: (at, ms) => {
        const detail = `The screen was not captured for ${Math.round(ms)} ms.`
        this.end({ kind: 'problem', problem: captureFailed(detail), at })
      },
    })
    this.#black = new BlackWatch((present) =>
      events.warning({
        code: 'SCREEN_BLACK',
        present,
        detail: 'Nothing but black has been captured for 3 s.',
      }),
    )
    this.ended = this.#run().then(() => this.#cause!)
  }

  get startedAtMs(): number | undefined {
    return this.#frames.startedAtMs
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
    const { spares, env } = this.#parts
    this.#gate = spares?.takeGate('screen', command, env) ?? (await command.makeGate?.())
    if (this.#cause) await command.release?.()
    else await this.#captureUntilEnd(command)
    this.#gate?.stop()
  }

  async #captureUntilEnd(command: CaptureHelper): Promise<void> {
    this.#watch = command.watchScreen?.((problem) => this.end({ kind: 'problem', problem }))
    const unsubscribe = this.#parts.clock.onJump((jump) => {
      // ffmpeg times each frame by the system clock. After a step back it drops frames until the
      // clock has caught up.
      if (jump.type === 'stepped') this.end(this.#clockSetCause())
    })
    let exit = await this.#capture(this.#gate?.command ?? command, command)
    if (this.#gate && !this.#gate.isUsed && !this.#cause) {
      this.#gate.stop()
      this.#gate = undefined
      exit = await this.#capture(command, command)
    }
    unsubscribe()
    this.#frames.useArrivalTime()
    // The watch knows the cause better: ffmpeg's own message is missing or hard to understand.
    const problem =
      this.#cause === undefined
        ? ((await this.#watch?.check()) ?? (await this.#feeder?.problem(exit)))
        : undefined
    this.end({
      kind: 'problem',
      problem: problem ?? exitProblem('The screen capture', this.#child!, exit),
    })
    if (this.#confirming) await within(this.#confirming, CONFIRM_MS)
    if (exit.signal === null) this.#frames.finish()
    this.#isOver = true
    this.#watch?.stop()
    await this.#feeder?.stop()
    if (command.release) await within(command.release(), RELEASE_MS)
  }

  async #capture(
    command: ChildCommand,
    { feeder, needsConfirmation = false }: CaptureHelper,
  ): Promise<ChildExit> {
    this.#child = startObserved(
      command,
      {
        env: this.#gate?.env ?? this.#parts.env,
        stdin: this.#parts.quit === 'q' || feeder ? 'pipe' : 'ignore',
        onStdout: (chunk) => this.#onOutput(chunk, needsConfirmation),
        onStderr: (text) => this.#frames.readStartTime(text),
        onDescriptors: [
          (chunk) => this.#black.push(chunk),
          (chunk) => void this.#onPictures(chunk, needsConfirmation),
        ],
      },
      this.#events.process,
      this.#parts.spares,
    )
    this.#gate?.begin()
    if (feeder) this.#feeder = new Feeder(feeder(), this.#feederParts(this.#child))
    return this.#child.exited
  }

  #feederParts(encoder: Child): FeederParts {
    return {
      encoder,
      env: this.#parts.env,
      start: (command, options) => startObserved(command, options, this.#events.process),
      onProblem: (error) => this.end({ kind: 'problem', problem: toCaptureProblem(error) }),
    }
  }

  end(cause: EndCause): void {
    if (this.#cause) return
    this.#cause = cause
    this.#interrupt()
    // The encoder then finishes what it has.
    void this.#feeder?.stop()
    if (this.#child) void this.#finish(this.#child, cause)
  }

  async #finish(child: Child, cause: EndCause): Promise<void> {
    const hangMs = this.#gate ? GATED_HANG_MS : HANG_MS
    // Before the first frame there is nothing to finish.
    const finishes =
      this.startedAtMs !== undefined && performance.now() - this.#lastFrameAt < hangMs
    if (!finishes) return void terminate(child)
    child.expectExit()
    const nextFrame = new Promise<void>((resolve) => {
      this.#onNextFrame = resolve
    })
    // A picture that stands still ends with the next one, so that one is captured first.
    if (this.#gate?.open() && cause.at !== undefined)
      await within(Promise.race([nextFrame, child.exited]), LAST_FRAME_MS)
    const ask = this.#parts.quit === 'q' ? () => child.stdin?.end('q') : ('SIGINT' as const)
    await terminate(child, [{ ask, waitMs: this.#parts.quitMs }])
  }

  kill(): void {
    this.end({ kind: 'cut', at: this.#parts.clock.now() })
    this.#child?.kill('SIGKILL')
  }

  #onOutput(chunk: Buffer, needsConfirmation: boolean): void {
    this.#lastFrameAt = performance.now()
    try {
      const fragments = this.#frames.split(chunk)
      for (const { mdat } of fragments) this.#gate?.observeFrame(mdat.length)
      if (needsConfirmation) {
        this.#unconfirmed.push(...fragments)
        if (this.#unconfirmed.length > 0) this.#confirming ??= this.#confirm()
      } else this.#frames.push(fragments)
      if (fragments.length > 0) this.#onNextFrame()
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
      this.#frames.push(frames)
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
}
