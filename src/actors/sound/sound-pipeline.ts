import { type AudioFormat, SAMPLE_RATE } from '../../ffmpeg/encoding.ts'
import {
  type CaptureProblem,
  captureFailed,
  toCaptureProblem,
} from '../../platform/capture-problem.ts'
import type { SoundCondition, SoundSource, StartSoundSource } from '../../platform/sound-source.ts'
import type { ChildCommand } from '../../processes/child-process.ts'
import type { RecorderClock } from '../../time/recorder-clock.ts'
import { startObserved } from '../segment/observed-child.ts'
import type { EndCause, Pipeline, PipelineEvents } from '../segment/pipeline.ts'
import { DriftMeter } from './drift-meter.ts'
import { FrameAligner, LevelMeter, pcmBytes, pcmFrames } from './pcm.ts'
import { Quarantine } from './quarantine.ts'
import { SampleSlipper } from './sample-slipper.ts'
import { SoundEncoder, type SoundEncoderParts } from './sound-encoder.ts'
import { SoundWarnings } from './sound-warnings.ts'

/** The parts of a sound pipeline. */
export interface SoundPipelineParts extends SoundEncoderParts {
  /** How the device is captured. */
  source: Promise<StartSoundSource>
  /**
   * Whether digital silence is a fault. It is one of a microphone, but not of a speaker with
   * nothing to play.
   */
  isSilenceFault: boolean
  /** Reads raw sound on stdin and writes Ogg Opus on stdout. */
  encoder: Promise<ChildCommand>
  format: AudioFormat
  clock: Pick<RecorderClock, 'now' | 'check'>
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
  /** Sound from before this time is not kept (epoch ms). */
  readonly #begunAtMs: number
  /** The duration of the sound that was dropped for that. */
  #droppedMs = 0
  readonly #events: PipelineEvents
  readonly #aligner: FrameAligner
  readonly #meter: LevelMeter
  readonly #drift = new DriftMeter()
  readonly #slipper: SampleSlipper
  readonly #encoder: SoundEncoder
  readonly #quarantine = new Quarantine((pcm) => this.#encoder.write(pcm))
  readonly #warnings: SoundWarnings
  #source: SoundSource | undefined
  #cause: EndCause | undefined
  /** The source delivers the rest of the sound from before a cut. */
  #isFinishing = false

  constructor(parts: SoundPipelineParts, events: PipelineEvents) {
    const { channels } = parts.format
    this.#parts = parts
    this.#begunAtMs = parts.clock.now()
    this.#events = events
    this.#aligner = new FrameAligner(channels)
    this.#slipper = new SampleSlipper(channels)
    this.#encoder = new SoundEncoder(parts, {
      pages: events.unit,
      isTimed: () => this.#drift.isSettled,
      problem: (problem) => this.#fail(problem),
      process: events.process,
    })
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
    this.#encoder.kill()
  }

  /** Lets the encoder finish with what was captured before the end. */
  #close({ at }: EndCause): void {
    this.#isFinishing = false
    this.#quarantine.flush(at ?? Number.POSITIVE_INFINITY)
    this.#encoder.end()
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
    if (this.#encoder.isAnchored) {
      this.#checkForLoss()
      const lagMs = this.#originAt(arrivedAt) - this.startedAtMs! - this.#slipper.shiftMs
      // The rest of the sound from before a cut counts as sound that came in time for it.
      const cutAt = this.#cause?.at ?? Number.POSITIVE_INFINITY
      this.#quarantine.push(this.#slipper.push(pcm, lagMs), Math.min(arrivedAt, cutAt))
    } else {
      // The first sound skips the quarantine, so that a start is soon confirmed.
      const kept = this.#dropEarly(pcm, arrivedAt)
      if (kept.length === 0) return
      this.#encoder.write(kept)
      this.startedAtMs = Math.max(this.#begunAtMs, this.#originAt(arrivedAt))
      if (this.#drift.isSettled) this.#encoder.passOn()
    }
  }

  /** Estimates at a time when the first sound that is kept was captured (epoch ms). */
  #originAt(time: number): number {
    return this.#drift.originAt(time) + this.#droppedMs
  }

  /**
   * Drops the start of newly read sound when there is more sound than time since the beginning.
   * Returns the rest. With all of it the segment would outlast its cut.
   */
  #dropEarly(pcm: Buffer, arrivedAt: number): Buffer {
    const { channels } = this.#parts.format
    const earlyMs = Math.max(0, this.#begunAtMs - this.#originAt(arrivedAt))
    const early = Math.ceil((earlyMs * SAMPLE_RATE) / 1_000)
    const kept = pcm.subarray(pcmBytes(early, channels))
    this.#droppedMs += (pcmFrames(pcm.length - kept.length, channels) * 1_000) / SAMPLE_RATE
    return kept
  }

  /** The part of newly read sound that was captured before the cut; all of it before a cut. */
  #untilCut(pcm: Buffer, arrivedAt: number): Buffer {
    if (this.#cause?.at === undefined) return pcm
    const { channels } = this.#parts.format
    const frames = pcmFrames(pcm.length, channels)
    const kept = Math.floor(this.#drift.framesUntil(this.#cause.at, arrivedAt, frames))
    return pcm.subarray(0, pcmBytes(kept, channels))
  }

  #checkForLoss(): void {
    const { lateSince } = this.#drift
    if (lateSince === undefined) {
      this.#quarantine.clear()
      return
    }
    // This process may have been held, while the server has kept all sound.
    this.#source?.catchUp()
    this.#quarantine.suspect(lateSince)
    if (this.#drift.isLost) this.#fail(captureFailed('Sound was lost.'), lateSince)
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
    if (command !== undefined) await this.#encoder.run(command)
  }
}
