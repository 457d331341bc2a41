import type { Fragment } from '../../media/fmp4.ts'
import type { CaptureHelper } from '../../platform/capture-backend.ts'
import {
  type CaptureProblem,
  captureFailed,
  exitProblem,
  lastMessage,
  toCaptureProblem,
} from '../../platform/capture-problem.ts'
import type { FrameGate } from '../../platform/frame-gate.ts'
import type { ScreenWatch } from '../../platform/screen-watch.ts'
import type { Child, ChildExit } from '../../processes/child-process.ts'
import { terminate } from '../../processes/terminate.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import { within } from '../../time/within.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { EndCause, Pipeline, PipelineEvents } from '../segment/pipeline.ts'
import { SpareWatch } from '../spare-watch.ts'
import type { Spares } from '../spares.ts'
import { BlackWatch, blackWarning } from './black-watch.ts'
import { isBridged } from './clock-steps.ts'
import { Feeder } from './feeder.ts'
import { FrameConfirmation } from './frame-confirmation.ts'
import { JpegSplitter } from './jpeg-splitter.ts'
import { OutputWatch } from './output-watch.ts'
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
  /** Finds the program that delivers fragmented MP4 on stdout, one fragment a frame. */
  command: () => Promise<CaptureHelper>
  env: NodeJS.ProcessEnv
  clock: RecorderClock
  /** How ffmpeg is asked to finish, and its limit for it. */
  quit: 'SIGINT' | 'q'
  quitMs: number
  /** May have an ffmpeg that has been started in advance, and its limit for the first output. */
  spares?: Spares | undefined
  spareMs: number
}

/**
 * The pipeline of a screen. One ffmpeg grabs and encodes, behind a gate where there is one. Its MP4
 * is split here into frames, so that it can be cut at a frame.
 */
export class ScreenPipeline implements Pipeline {
  readonly ended: Promise<EndCause>
  readonly #parts: ScreenPipelineParts
  readonly #events: PipelineEvents
  /** Those of the program that captures now. */
  #frames: ScreenFrames | undefined
  readonly #black: BlackWatch
  readonly #pictures = new JpegSplitter()
  #child: Child | undefined
  #feeder: Feeder | undefined
  #watch: ScreenWatch | undefined
  #gate: FrameGate | undefined
  #spareWatch: SpareWatch | undefined
  #cause: EndCause | undefined
  /** Nothing captured after this time is kept (epoch ms). */
  #keptUntil = Number.POSITIVE_INFINITY
  #interrupt: () => void = () => {}
  readonly #interrupted = new Promise<undefined>((resolve) => {
    this.#interrupt = () => resolve(undefined)
  })
  #confirmation: FrameConfirmation | undefined
  /** The program that captures now is to be replaced: nothing of it has been kept. */
  #isAbandoned = false
  #output: OutputWatch | undefined
  #onNextFrame: () => void = () => {}

  constructor(parts: ScreenPipelineParts, events: PipelineEvents) {
    this.#parts = parts
    this.#events = events
    this.#black = new BlackWatch((present) => events.warning(blackWarning(present)))
    this.ended = this.#run().then(() => this.#cause!)
  }

  get startedAtMs(): number | undefined {
    return this.#frames?.startedAtMs
  }

  #newFrames(): ScreenFrames {
    const { clock } = this.#parts
    return new ScreenFrames({
      clock,
      cutAt: () => this.#keptUntil,
      keepsLast: () => this.#feeder !== undefined && this.#cause?.kind === 'cut',
      unit: this.#events.unit,
      clockSet: () => {
        // The machine may have slept instead; then the clock's check ends this capture.
        clock.check()
        this.end(this.#clockSet())
      },
      heldUp: (at, ms) => {
        const detail = `The screen was not captured for ${Math.round(ms)} ms.`
        const cause: EndCause = { kind: 'problem', problem: captureFailed(detail), at }
        if (this.#cause) this.#keptUntil = Math.min(this.#keptUntil, at)
        else this.#beginAgainOr(cause)
      },
    })
  }

  /** A spare comes first. What did not even begin is tried again with a fresh program. */
  async #run(): Promise<void> {
    for (let { spares } = this.#parts; !this.#cause; spares = undefined) await this.#attempt(spares)
  }

  /** Captures until the end, or until it turns out that another attempt is needed. */
  async #attempt(spares: Spares | undefined): Promise<void> {
    const finding = this.#parts.command()
    let command: CaptureHelper | undefined
    try {
      // An end does not wait for a display that does not answer.
      command = await Promise.race([finding, this.#interrupted])
    } catch (error) {
      return this.end({ kind: 'problem', problem: toCaptureProblem(error) })
    }
    if (command === undefined || this.#cause) {
      // What it opens meanwhile is not used.
      return void finding.then(({ release }) => release?.()).catch(() => {})
    }
    const { env } = this.#parts
    this.#gate = spares?.takeGate('screen', command, env) ?? (await command.makeGate?.())
    if (!this.#cause) await this.#captureUntilEnd(command, spares)
    this.#gate?.stop()
    this.#watch?.stop()
    await this.#feeder?.stop()
    if (command.release) await within(command.release(), RELEASE_MS)
  }

  async #captureUntilEnd(command: CaptureHelper, spares: Spares | undefined): Promise<void> {
    this.#isAbandoned = false
    this.#watch = command.watchScreen?.((problem) =>
      this.#beginAgainOr({ kind: 'problem', problem }, problem.reason === 'captureFailed'),
    )
    const unsubscribe = this.#parts.clock.onJump((jump) => {
      if (jump.type === 'stepped' && !isBridged(jump.byMs)) this.#beginAgainOr(this.#clockSet())
    })
    let exit = await this.#capture(command, spares)
    if (this.#gate && !this.#gate.isUsed && !this.#cause && !this.#isUnfit) {
      this.#gate.stop()
      this.#gate = undefined
      exit = await this.#capture(command)
    }
    // The watch knows the cause better: ffmpeg's own message is missing or hard to understand.
    const problem = this.#cause === undefined ? await this.#watch?.check() : undefined
    unsubscribe()
    if (this.#isUnfit && !this.#cause) this.#frames?.discard()
    else await this.#finishFrames(exit, problem)
  }

  /** The program that ended has captured nothing: a spare, dead or frozen, or an abandoned one. */
  get #isUnfit(): boolean {
    return this.#isAbandoned || (this.#spareWatch !== undefined && !this.#frames?.hasPassed)
  }

  async #finishFrames(exit: ChildExit, known: CaptureProblem | undefined): Promise<void> {
    this.#frames?.useArrivalTime()
    const problem = known ?? (this.#cause ? undefined : await this.#feeder?.problem(exit))
    const exited = () => exitProblem('The screen capture', this.#child!, exit)
    this.end({ kind: 'problem', problem: problem ?? exited() })
    if (this.#confirmation) await within(this.#confirmation.settled(), CONFIRM_MS)
    if (exit.signal === null) this.#frames?.finish()
    this.#confirmation?.stop()
  }

  async #capture(helper: CaptureHelper, spares?: Spares): Promise<ChildExit> {
    const { feeder, needsConfirmation = false } = helper
    const frames = this.#newFrames()
    this.#frames = frames
    const output = new OutputWatch(this.#gate ? GATED_HANG_MS : HANG_MS)
    this.#output = output
    const pass = (fragments: readonly Fragment[]) => frames.push(fragments)
    this.#confirmation = needsConfirmation ? new FrameConfirmation(this.#watch, pass) : undefined
    this.#child = startObserved(
      this.#gate?.command ?? helper,
      {
        env: this.#gate?.env ?? this.#parts.env,
        stdin: this.#parts.quit === 'q' || feeder ? 'pipe' : 'ignore',
        onStdout: (chunk) => this.#onOutput(chunk, frames),
        onStderr: (text) => frames.readStartTime(text),
        onDescriptors: [
          (chunk) => this.#black.push(chunk),
          (chunk) => void this.#onPictures(chunk, needsConfirmation),
        ],
      },
      this.#events.process,
      spares,
    )
    this.#gate?.begin()
    const isSpare = spares?.isSpare(this.#child)
    this.#spareWatch = isSpare ? new SpareWatch(this.#child, this.#parts.spareMs) : undefined
    const feeding = feeder?.()
    if (feeding)
      this.#feeder = new Feeder(feeding, {
        encoder: this.#child,
        env: this.#parts.env,
        start: (program, options) => startObserved(program, options, this.#events.process),
        onProblem: (error) => this.end({ kind: 'problem', problem: toCaptureProblem(error) }),
      })
    void this.#spareWatch?.begin(feeding)
    return this.#child.exited.finally(() => output.stop())
  }

  end(cause: EndCause): void {
    if (this.#cause) return
    this.#cause = cause
    // A pause may follow while ffmpeg still finishes.
    this.#keptUntil = cause.at ?? this.#parts.clock.now()
    this.#interrupt()
    // The encoder then finishes what it has.
    void this.#feeder?.stop()
    if (this.#child) void this.#finish(this.#child, cause)
  }

  async #finish(child: Child, cause: EndCause): Promise<void> {
    // Before the first frame there is nothing to finish.
    if (this.startedAtMs === undefined || this.#output?.isSilent) return void terminate(child)
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

  #onOutput(chunk: Buffer, frames: ScreenFrames): void {
    if (this.#spareWatch?.hasKilled) return
    this.#output?.observe()
    this.#spareWatch?.stop()
    try {
      const fragments = frames.split(chunk)
      for (const { mdat } of fragments) this.#gate?.observeFrame(mdat.length)
      if (this.#confirmation) this.#confirmation.push(fragments)
      else frames.push(fragments)
      if (fragments.length > 0) this.#onNextFrame()
    } catch (error) {
      const detail = `The screen capture wrote no MP4 (${(error as Error).message}).${lastMessage(this.#child?.stderr() ?? '')}`
      this.end({ kind: 'problem', problem: captureFailed(detail) })
      this.#child?.kill('SIGKILL')
    }
  }

  /** Passes pictures on, once it is sure that they show what is recorded. */
  async #onPictures(chunk: Buffer, needsConfirmation: boolean): Promise<void> {
    const picture = this.#pictures.push(chunk).at(-1)
    if (picture === undefined) return
    if (needsConfirmation && (await this.#watch?.check()) !== undefined) return
    if (this.#cause === undefined) this.#events.picture(picture)
  }

  /** Before the first frame nothing is lost by another attempt. Later the segment ends. */
  #beginAgainOr(cause: EndCause, mayBeginAgain = true): void {
    if (this.#frames?.hasPassed || !mayBeginAgain) {
      this.end(cause)
      return
    }
    this.#isAbandoned = true
    this.#frames?.discard()
    this.#child?.kill('SIGKILL')
  }

  /**
   * ffmpeg times each frame by the system clock. After a step back it drops frames until the clock
   * has caught up.
   */
  #clockSet(): EndCause {
    return {
      kind: 'problem',
      problem: captureFailed('The system clock was set.'),
      at: this.#parts.clock.now(),
    }
  }
}
