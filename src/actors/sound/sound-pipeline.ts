import type { Logger } from '../../contract/logger.ts'
import { type AudioFormat, opusArgs } from '../../ffmpeg/encoding.ts'
import type { Ffmpeg } from '../../ffmpeg/ffmpeg-locator.ts'
import { OpusTimeline, readPage } from '../../media/ogg.ts'
import { Splitter } from '../../media/splitter.ts'
import type { CaptureHelper } from '../../platform/capture-backend.ts'
import {
  type CaptureProblem,
  captureFailed,
  exitProblem,
  lastMessage,
  toCaptureProblem,
} from '../../platform/capture-problem.ts'
import type { SoundWatch } from '../../platform/sound-watch.ts'
import type { Child, ChildCommand } from '../../processes/child-process.ts'
import { type TerminationStep, terminate } from '../../processes/terminate.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { EndCause, Pipeline, PipelineEvents } from '../segment/pipeline.ts'
import type { Spares } from '../spares.ts'
import { DriftMeter } from './drift-meter.ts'
import { KeepAwake } from './keep-awake.ts'
import { FrameAligner, LevelMeter, pcmFrames } from './pcm.ts'
import { Quarantine } from './quarantine.ts'
import { SampleSlipper } from './sample-slipper.ts'
import { SilenceWatch } from './silence-watch.ts'

/** Most sound that waits for the encoder: five seconds in stereo, longer than any start. */
const PENDING_MAX_BYTES = 1_048_576
/**
 * How long sound waits for news that it is not from its device. They come within some 30 ms, and
 * later on a busy machine.
 */
const QUARANTINE_MS = 250
/** An encoder that gets sound for this long and writes nothing hangs. */
const ENCODER_HANG_MS = 1_000

/** The parts of a sound pipeline. */
export interface SoundPipelineParts {
  /** Delivers raw sound on stdout. */
  source: Promise<CaptureHelper>
  /** Plays the silence on its stdin, which keeps an idle device delivering. */
  keepAwake?: ChildCommand | undefined
  /**
   * Whether digital silence is a fault. It is one of a microphone, but not of a speaker with
   * nothing to play.
   */
  isSilenceFault: boolean
  ffmpeg: Promise<Ffmpeg>
  /** May have an encoder that has been started in advance. */
  spares?: Spares | undefined
  format: AudioFormat
  env: NodeJS.ProcessEnv
  clock: Pick<RecorderClock, 'now' | 'check'>
  logger: Logger
  /**
   * Limits of an encoder to write its rest after its input has ended, and then to end after a
   * SIGTERM.
   */
  encoderEndMs: readonly [finish: number, terminate: number]
}

/**
 * The pipeline of sound: capture helper → here (measured, kept in time, quarantined, cut) → ffmpeg
 * → here, as Ogg pages. The helper and ffmpeg start at the same time. Sound captured before ffmpeg
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
  readonly #quarantine = new Quarantine<'device' | 'loss'>(QUARANTINE_MS, (pcm) =>
    this.#writeToEncoder(pcm),
  )
  readonly #silence = new SilenceWatch((silent) => {
    this.#isSilent = silent
    this.#reportSilence()
  })
  readonly #pages = new Splitter(readPage)
  readonly #timeline = new OpusTimeline()
  #source: Child | undefined
  #keepAwake: KeepAwake | undefined
  #watch: SoundWatch | undefined
  #encoder: Child | undefined
  #cause: EndCause | undefined
  /** The time of the first sample is in use and must not change any more. */
  #isAnchored = false
  #pending: Buffer[] = []
  #pendingBytes = 0
  /**
   * When the encoder first got sound after its last output, by performance.now(); undefined when it
   * owes none.
   */
  #awaitingEncoderSince: number | undefined
  #headers: Buffer[] = []
  #isSilent = false
  #muted: string | null = null
  #isSilenceReported = false

  constructor(parts: SoundPipelineParts, events: PipelineEvents) {
    const { channels } = parts.format
    this.#parts = parts
    this.#events = events
    this.#aligner = new FrameAligner(channels)
    this.#slipper = new SampleSlipper(channels)
    this.#meter = new LevelMeter(channels, (level) => {
      events.level(level)
      if (parts.isSilenceFault) this.#silence.push(level)
    })
    this.ended = Promise.all([this.#capture(), this.#encode()]).then(() => this.#cause!)
  }

  end(cause: EndCause): void {
    if (this.#cause) return
    this.#cause = cause
    // A helper has nothing to finish. SIGKILL also ends one whose server is frozen.
    this.#source?.kill('SIGKILL')
    this.#keepAwake?.stop()
    this.#watch?.stop()
    this.#quarantine.flush(cause.at ?? Number.POSITIVE_INFINITY)
    if (this.#encoder) void this.#endEncoder(this.#encoder)
  }

  kill(): void {
    this.end({ kind: 'cut', at: this.#parts.clock.now() })
    this.#pending = []
    this.#encoder?.kill('SIGKILL')
  }

  #fail(problem: CaptureProblem, at?: number): void {
    this.end({ kind: 'problem', problem, ...(at === undefined ? {} : { at }) })
  }

  #onSound(chunk: Buffer): void {
    const arrivedAt = this.#parts.clock.now()
    // Sound that comes after a cut is dropped.
    if (this.#cause) return
    const pcm = this.#aligner.push(chunk)
    if (pcm.length === 0) return
    this.#drift.push(pcmFrames(pcm.length, this.#parts.format.channels), arrivedAt)
    this.#meter.push(pcm)
    if (this.#isAnchored) {
      const lagMs = this.#drift.originAt(arrivedAt) - this.startedAtMs! - this.#slipper.shiftMs
      this.#checkForLoss(arrivedAt)
      this.#quarantine.push(this.#slipper.push(pcm, lagMs), arrivedAt)
    } else {
      // The first sound skips the quarantine, so that a start is soon confirmed.
      this.startedAtMs = this.#drift.originAt(arrivedAt)
      this.#writeToEncoder(pcm)
    }
    if (this.#pendingBytes > PENDING_MAX_BYTES)
      this.#fail(captureFailed('The encoder does not keep up.'))
  }

  #checkForLoss(arrivedAt: number): void {
    const { lateSince } = this.#drift
    if (lateSince === undefined) {
      this.#quarantine.clear('loss')
      return
    }
    this.#quarantine.suspect('loss', lateSince)
    // The machine may have slept.
    this.#parts.clock.check()
    if (this.#drift.isLost(arrivedAt)) this.#fail(captureFailed('Sound was lost.'), lateSince)
  }

  #writeToEncoder(pcm: Buffer): void {
    this.#awaitingEncoderSince ??= performance.now()
    if (this.#encoder?.stdin) {
      this.#encoder.stdin.write(pcm)
      this.#pendingBytes = this.#encoder.stdin.writableLength
    } else {
      this.#pending.push(pcm)
      this.#pendingBytes += pcm.length
    }
  }

  async #capture(): Promise<void> {
    const { keepAwake, env, logger } = this.#parts
    const command = await this.#valueOrFail(this.#parts.source)
    if (command === undefined || this.#cause) return
    const { process } = this.#events
    const onStdout = (chunk: Buffer): void => this.#onSound(chunk)
    const source = startObserved(command, { env, onStdout }, process)
    this.#source = source
    if (keepAwake) this.#keepAwake = new KeepAwake(keepAwake, env, logger, process)
    if (source.pid !== undefined) this.#watch = this.#watchSource(command, source.pid)
    this.#fail(exitProblem('The capture helper', source, await source.exited))
    await this.#keepAwake?.ended
  }

  #watchSource(command: CaptureHelper, pid: number): SoundWatch | undefined {
    return command.watchSound?.(pid, {
      suspected: (fromMs) => {
        if (fromMs === null) this.#quarantine.clear('device')
        else this.#quarantine.suspect('device', fromMs)
      },
      lost: (problem, at) => this.#fail(problem, at),
      muted: (detail) => {
        this.#events.warning({
          code: 'SOURCE_MUTED',
          present: detail !== null,
          detail: detail ?? 'The device is not muted.',
        })
        this.#muted = detail
        this.#reportSilence()
      },
    })
  }

  /**
   * Reports silence, or its end. A mute already explains the silence, so it is not reported then.
   */
  #reportSilence(): void {
    const present = this.#isSilent && this.#muted === null
    if (present === this.#isSilenceReported) return
    this.#isSilenceReported = present
    const detail = present
      ? 'Nothing but digital silence has come for 4 s.'
      : 'Something can be heard again.'
    this.#events.warning({ code: 'SOURCE_SILENT', present, detail })
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
    const path = (await this.#valueOrFail(this.#parts.ffmpeg))?.path
    if (path === undefined) return
    if (this.#cause && this.#pending.length === 0) return
    const encoder = startObserved(
      { program: path, args: opusArgs(this.#parts.format) },
      { env: this.#parts.env, stdin: 'pipe', onStdout: (chunk) => this.#onEncoded(chunk) },
      this.#events.process,
      this.#parts.spares,
    )
    this.#encoder = encoder
    for (const pcm of this.#pending) encoder.stdin?.write(pcm)
    this.#pending = []
    if (this.#cause) void this.#endEncoder(encoder)
    const exit = await encoder.exited
    this.#fail(exitProblem('The encoder', encoder, exit))
  }

  /** Lets the encoder write its rest; it ends by itself when its input does. */
  async #endEncoder(encoder: Child): Promise<void> {
    const [finish, ask] = this.#parts.encoderEndMs
    const steps: TerminationStep[] = [
      { ask: () => encoder.stdin?.end(), waitMs: finish },
      { ask: 'SIGTERM', waitMs: ask },
    ]
    // An encoder that got no sound, or that hangs, is not waited for.
    const waitedMs =
      this.#awaitingEncoderSince === undefined ? 0 : performance.now() - this.#awaitingEncoderSince
    const isHanging = this.#isAnchored && waitedMs > ENCODER_HANG_MS
    await terminate(encoder, this.startedAtMs === undefined || isHanging ? [] : steps)
  }

  #onEncoded(chunk: Buffer): void {
    this.#awaitingEncoderSince = undefined
    try {
      for (const page of this.#pages.push(chunk)) {
        const endMs = this.#timeline.push(page)
        this.#headers.push(page.bytes)
        if (endMs === undefined) continue
        this.#isAnchored = true
        this.#events.unit({ bytes: Buffer.concat(this.#headers), endMs })
        this.#headers = []
      }
    } catch (error) {
      const detail = `The encoder wrote no Ogg Opus (${(error as Error).message}).${lastMessage(this.#encoder?.stderr() ?? '')}`
      this.#fail(captureFailed(detail))
      this.#encoder?.kill('SIGKILL')
    }
  }
}
