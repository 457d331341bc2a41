import type { AudioFormat } from '../../ffmpeg/encoding.ts'
import { readPage } from '../../media/ogg.ts'
import { type JoinedPages, PageJoiner } from '../../media/page-joiner.ts'
import { Splitter } from '../../media/splitter.ts'
import {
  type CaptureProblem,
  captureFailed,
  exitProblem,
  lastMessage,
  toCaptureProblem,
} from '../../platform/capture-problem.ts'
import type { SoundCondition, SoundSource, StartSoundSource } from '../../platform/sound-source.ts'
import type { Child, ChildCommand, ChildExit } from '../../processes/child-process.ts'
import { type TerminationStep, terminate } from '../../processes/terminate.ts'
import { writeTogether } from '../../streams/write-together.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { EndCause, Pipeline, PipelineEvents } from '../segment/pipeline.ts'
import type { Spares } from '../spares.ts'
import { DriftMeter } from './drift-meter.ts'
import { FrameAligner, LevelMeter, pcmBytes, pcmFrames } from './pcm.ts'
import { Quarantine } from './quarantine.ts'
import { SampleSlipper } from './sample-slipper.ts'
import { SoundWarnings } from './sound-warnings.ts'

/** Most sound that waits for the encoder: five seconds in stereo, longer than any start. */
const PENDING_MAX_BYTES = 1_048_576
/** How long more may wait: sound that was late comes all at once. */
const BEHIND_MAX_MS = 2_000
/** An encoder that gets sound for this long and writes nothing hangs. */
const ENCODER_HANG_MS = 1_000
/** How long a hanging encoder may still write what is left: it may have waited for a processor. */
const ENCODER_HANG_END_MS = 300

/** The parts of a sound pipeline. */
export interface SoundPipelineParts {
  /** How the device is captured. */
  source: Promise<StartSoundSource>
  /**
   * Whether digital silence is a fault. It is one of a microphone, but not of a speaker with
   * nothing to play.
   */
  isSilenceFault: boolean
  /** Reads raw sound on stdin and writes Ogg Opus on stdout. */
  encoder: Promise<ChildCommand>
  /** The encoders that have been started in advance. */
  spares?: Spares | undefined
  format: AudioFormat
  env: NodeJS.ProcessEnv
  clock: Pick<RecorderClock, 'now' | 'check'>
  /**
   * Limits of an encoder to write its rest after its input has ended, and then to end after a
   * SIGTERM.
   */
  encoderEndMs: readonly [finish: number, terminate: number]
}

/**
 * The pipeline of sound: sound source → here (measured, kept in time, quarantined, cut) → ffmpeg →
 * here, as Ogg pages. The source and ffmpeg start at the same time. Sound captured before ffmpeg
 * reads waits here.
 */
export class SoundPipeline implements Pipeline {
  readonly ended: Promise<EndCause>
  startedAtMs: number | undefined
  readonly #parts: SoundPipelineParts
  readonly #events: PipelineEvents
  readonly #aligner: FrameAligner
  readonly #meter: LevelMeter
  readonly #drift = new DriftMeter()
  readonly #slipper: SampleSlipper
  readonly #quarantine = new Quarantine((pcm) => this.#writeToEncoder(pcm))
  readonly #warnings: SoundWarnings
  #pages = new Splitter(readPage)
  #joiner = new PageJoiner()
  /** Encoded sound that waits until the time of the first sample is known. */
  #held: JoinedPages[] = []
  #source: SoundSource | undefined
  #encoder: Child | undefined
  #cause: EndCause | undefined
  /** The source delivers the rest of the sound from before a cut. */
  #isFinishing = false
  /** The time of the first sample is in use and must not change any more. */
  #isAnchored = false
  /** Sound that waits for an encoder, or that no page of the encoder has contained yet. */
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** Since when too much of it waits, by performance.now(). */
  #behindSince: number | undefined
  /**
   * When the encoder first got sound after its last output, by performance.now(); undefined when no
   * output is outstanding.
   */
  #awaitingEncoderSince: number | undefined

  constructor(parts: SoundPipelineParts, events: PipelineEvents) {
    const { channels } = parts.format
    this.#parts = parts
    this.#events = events
    this.#aligner = new FrameAligner(channels)
    this.#slipper = new SampleSlipper(channels)
    this.#warnings = new SoundWarnings(events.warning)
    this.#meter = new LevelMeter(channels, (level) => {
      events.level(level)
      if (parts.isSilenceFault) this.#warnings.observe(level)
    })
    this.ended = Promise.all([this.#capture(), this.#encode()]).then(() => this.#cause!)
  }

  end(cause: EndCause): void {
    if (this.#cause) return
    this.#cause = cause
    if (cause.kind === 'cut' && this.#source) {
      this.#isFinishing = true
      const isEnough = (): boolean =>
        this.#drift.lateSince === undefined && !this.#drift.isMissing(cause.at)
      void this.#source.finish(isEnough).then(() => this.#close(cause))
      return
    }
    this.#source?.stop()
    this.#close(cause)
  }

  kill(): void {
    this.end({ kind: 'cut', at: this.#parts.clock.now() })
    this.#isFinishing = false
    this.#source?.stop()
    this.#pending = []
    this.#encoder?.kill('SIGKILL')
  }

  /** Lets the encoder finish with what was captured before the end. */
  #close({ at }: EndCause): void {
    this.#isFinishing = false
    this.#quarantine.flush(at ?? Number.POSITIVE_INFINITY)
    if (this.#encoder) void this.#endEncoder(this.#encoder)
  }

  /** No more sound will come. */
  get #isOver(): boolean {
    return this.#cause !== undefined && !this.#isFinishing
  }

  #fail(problem: CaptureProblem, at?: number): void {
    this.end({ kind: 'problem', problem, ...(at === undefined ? {} : { at }) })
  }

  #onSound(chunk: Buffer): void {
    // The machine may have slept since the last sound.
    this.#parts.clock.check()
    const arrivedAt = this.#parts.clock.now()
    // Sound that comes after a cut is dropped.
    if (this.#isOver) return
    const whole = this.#aligner.push(chunk)
    this.#drift.push(pcmFrames(whole.length, this.#parts.format.channels), arrivedAt)
    const pcm = this.#untilCut(whole, arrivedAt)
    if (pcm.length === 0) return
    this.#meter.push(pcm)
    if (this.#isAnchored) {
      this.#checkForLoss(arrivedAt)
      const lagMs = this.#drift.originAt(arrivedAt) - this.startedAtMs! - this.#slipper.shiftMs
      // The rest of the sound from before a cut counts as sound that came in time for it.
      const cutAt = this.#cause?.at ?? Number.POSITIVE_INFINITY
      this.#quarantine.push(this.#slipper.push(pcm, lagMs), Math.min(arrivedAt, cutAt))
    } else {
      // The first sound skips the quarantine, so that a start is soon confirmed.
      this.startedAtMs = this.#drift.originAt(arrivedAt)
      this.#writeToEncoder(pcm)
      if (this.#drift.isSettled) this.#passOn()
    }
    this.#checkEncoder()
  }

  #checkEncoder(): void {
    if (this.#pendingBytes <= PENDING_MAX_BYTES) {
      this.#behindSince = undefined
      return
    }
    this.#behindSince ??= performance.now()
    if (performance.now() - this.#behindSince > BEHIND_MAX_MS)
      this.#fail(captureFailed('The encoder does not keep up.'))
  }

  /** The part of newly read sound that was captured before the cut; all of it before a cut. */
  #untilCut(pcm: Buffer, arrivedAt: number): Buffer {
    if (this.#cause?.at === undefined) return pcm
    const { channels } = this.#parts.format
    const frames = pcmFrames(pcm.length, channels)
    const kept = Math.floor(this.#drift.framesUntil(this.#cause.at, arrivedAt, frames))
    return pcm.subarray(0, pcmBytes(kept, channels))
  }

  #checkForLoss(arrivedAt: number): void {
    const { lateSince } = this.#drift
    if (lateSince === undefined) {
      this.#quarantine.clear()
      return
    }
    // This process may have been held, while the server has kept all sound.
    this.#source?.catchUp()
    this.#quarantine.suspect(lateSince)
    if (this.#drift.isLost(arrivedAt)) this.#fail(captureFailed('Sound was lost.'), lateSince)
  }

  #writeToEncoder(pcm: Buffer): void {
    this.#awaitingEncoderSince ??= performance.now()
    const stdin = this.#encoder?.stdin
    if (stdin) writeTogether(stdin, pcm)
    if (!this.#isAnchored) this.#pending.push(pcm)
    this.#pendingBytes = stdin?.writableLength ?? this.#pendingBytes + pcm.length
  }

  async #capture(): Promise<void> {
    const start = await this.#valueOrFail(this.#parts.source)
    if (start === undefined || this.#cause) return
    this.#source = start({
      sound: (pcm) => this.#onSound(pcm),
      condition: (code, detail) => this.#onCondition(code, detail),
      start: (command, options) => startObserved(command, options, this.#events.process),
    })
    this.#fail(await this.#source.ended)
  }

  #onCondition(code: SoundCondition, detail: string | null): void {
    if (!this.#cause) this.#warnings.set(code, detail)
  }

  async #valueOrFail<T>(part: Promise<T>): Promise<T | undefined> {
    try {
      return await part
    } catch (error) {
      this.#fail(toCaptureProblem(error))
      return undefined
    }
  }

  async #encode(): Promise<void> {
    const command = await this.#valueOrFail(this.#parts.encoder)
    if (command === undefined) return
    if (this.#isOver && this.#pending.length === 0) return
    const { spares } = this.#parts
    let exit = await this.#runEncoder(command, spares)
    // A spare may have died just when it was needed. Then another encoder gets all sound so far.
    if (spares && !this.#isAnchored && !this.#cause) exit = await this.#runEncoder(command)
    this.#held.push(...this.#joiner.finish())
    this.#passOn()
    this.#fail(exitProblem('The encoder', this.#encoder!, exit))
  }

  async #runEncoder(command: ChildCommand, spares?: Spares): Promise<ChildExit> {
    this.#pages = new Splitter(readPage)
    this.#joiner = new PageJoiner()
    this.#held = []
    const encoder = startObserved(
      command,
      { env: this.#parts.env, stdin: 'pipe', onStdout: (chunk) => this.#onEncoded(chunk) },
      this.#events.process,
      spares,
    )
    this.#encoder = encoder
    for (const pcm of this.#pending) encoder.stdin?.write(pcm)
    if (this.#isOver) void this.#endEncoder(encoder)
    return encoder.exited
  }

  /** Lets the encoder write its rest; it ends by itself when its input does. */
  async #endEncoder(encoder: Child): Promise<void> {
    const [finish, ask] = this.#parts.encoderEndMs
    // An encoder that got no sound is not waited for.
    if (this.startedAtMs === undefined) return void terminate(encoder)
    const waitedMs =
      this.#awaitingEncoderSince === undefined ? 0 : performance.now() - this.#awaitingEncoderSince
    const isHanging = this.#isAnchored && waitedMs > ENCODER_HANG_MS
    const finishMs = isHanging ? ENCODER_HANG_END_MS : finish
    const steps: TerminationStep[] = [{ ask: () => encoder.stdin?.end(), waitMs: finishMs }]
    if (!isHanging) steps.push({ ask: 'SIGTERM', waitMs: ask })
    await terminate(encoder, steps)
  }

  /** Passes on what is encoded. From the first time on, the time of the first sample is fixed. */
  #passOn(): void {
    if (this.#held.length === 0) return
    this.#isAnchored = true
    this.#pending = []
    for (const joined of this.#held) this.#events.unit(joined)
    this.#held = []
  }

  #onEncoded(chunk: Buffer): void {
    this.#awaitingEncoderSince = undefined
    try {
      for (const page of this.#pages.push(chunk)) this.#held.push(...this.#joiner.push(page))
      if (this.#isAnchored || this.#drift.isSettled) this.#passOn()
    } catch (error) {
      const detail = `The encoder wrote no Ogg Opus (${(error as Error).message}).${lastMessage(this.#encoder?.stderr() ?? '')}`
      this.#fail(captureFailed(detail))
      this.#encoder?.kill('SIGKILL')
    }
  }
}
