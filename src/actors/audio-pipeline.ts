import { OpusTimeline, readPage } from '../media/ogg.ts'
import { Splitter } from '../media/splitter.ts'
import { type Child, type ChildCommand, startChild } from './child-process.ts'
import { type AudioFormat, opusArgs } from './encoding.ts'
import type { Ffmpeg } from './ffmpeg.ts'
import { FrameAligner, LevelMeter, pcmDurationMs } from './pcm.ts'
import type { EndCause, Pipeline, PipelineEvents } from './pipeline.ts'
import { type CaptureProblem, captureFailed, deathOf, lastWords, problemOf } from './problem.ts'
import { feedSilence } from './silence.ts'
import { type TerminationStep, terminate } from './terminate.ts'

/** Sound that an encoder has not taken yet: five seconds in stereo, longer than any start. */
const PENDING_MAX_BYTES = 1_048_576

/** What an audio pipeline is made of. */
export interface AudioPipelineParts {
  /** Delivers raw sound on stdout. */
  source: Promise<ChildCommand>
  /** Plays the silence on its stdin that keeps an idle device delivering. */
  keepAwake?: ChildCommand | undefined
  ffmpeg: Promise<Ffmpeg>
  format: AudioFormat
  env: NodeJS.ProcessEnv
  /** How long an encoder has to write what it holds when its input has ended, and then after a SIGTERM. */
  encoderEndMs: readonly [finish: number, terminate: number]
}

/**
 * Sound: capture helper → here (counted, measured, cut) → ffmpeg → here, as Ogg pages. The helper starts at once and
 * ffmpeg beside it; what is captured before ffmpeg reads waits here.
 */
export class AudioPipeline implements Pipeline {
  readonly ended: Promise<EndCause>
  startedAtMs: number | undefined
  readonly #parts: AudioPipelineParts
  readonly #events: PipelineEvents
  readonly #aligner: FrameAligner
  readonly #meter: LevelMeter
  readonly #pages = new Splitter(readPage)
  readonly #timeline = new OpusTimeline()
  /** What delivers sound, or helps to. */
  #helpers: Child[] = []
  #encoder: Child | undefined
  #cause: EndCause | undefined
  #takenBytes = 0
  /** The time of the first sample is in use and must not change any more. */
  #anchored = false
  #pending: Buffer[] = []
  #pendingBytes = 0
  #headers: Buffer[] = []

  constructor(parts: AudioPipelineParts, events: PipelineEvents) {
    this.#parts = parts
    this.#events = events
    this.#aligner = new FrameAligner(parts.format.channels)
    this.#meter = new LevelMeter(parts.format.channels, events.level)
    this.ended = Promise.all([this.#capture(), this.#encode()]).then(() => this.#cause!)
  }

  end(cause: EndCause): void {
    if (this.#cause) return
    this.#cause = cause
    // A helper has nothing to finish, and SIGKILL also ends one whose server is frozen.
    for (const helper of this.#helpers) helper.kill('SIGKILL')
    if (this.#encoder) void this.#endEncoder(this.#encoder)
  }

  kill(): void {
    this.end({ kind: 'cut', at: Date.now() })
    this.#pending = []
    this.#encoder?.kill('SIGKILL')
  }

  #fail(problem: CaptureProblem): void {
    this.end({ kind: 'problem', problem })
  }

  #takeSound(chunk: Buffer): void {
    const arrivedAt = Date.now()
    // Whatever still comes after a cut must not go anywhere.
    if (this.#cause) return
    const pcm = this.#aligner.push(chunk)
    if (pcm.length === 0) return
    this.#takenBytes += pcm.length
    // A chunk can only come late, never early: the earliest start that any of the first ones points to is the nearest.
    const start = arrivedAt - pcmDurationMs(this.#takenBytes, this.#parts.format.channels)
    if (!this.#anchored) this.startedAtMs = Math.min(this.startedAtMs ?? start, start)
    this.#meter.push(pcm)
    if (this.#encoder?.stdin) {
      this.#encoder.stdin.write(pcm)
      this.#pendingBytes = this.#encoder.stdin.writableLength
    } else {
      this.#pending.push(pcm)
      this.#pendingBytes += pcm.length
    }
    if (this.#pendingBytes > PENDING_MAX_BYTES) this.#fail(captureFailed('the encoder does not keep up'))
  }

  async #capture(): Promise<void> {
    const { keepAwake, env } = this.#parts
    const command = await this.#available(this.#parts.source)
    if (command === undefined || this.#cause) return
    const source = startChild(command, { env, onStdout: (chunk) => this.#takeSound(chunk) })
    this.#helpers.push(source)
    if (keepAwake) {
      const player = startChild(keepAwake, { env, stdin: 'pipe' })
      if (player.stdin) feedSilence(player.stdin)
      this.#helpers.push(player)
    }
    this.#fail(deathOf('the capture helper', source, await source.exited))
    await Promise.all(this.#helpers.map((helper) => helper.exited))
  }

  async #available<T>(part: Promise<T>): Promise<T | undefined> {
    try {
      return await part
    } catch (error) {
      this.#fail(problemOf(error))
      return undefined
    }
  }

  async #encode(): Promise<void> {
    const path = (await this.#available(this.#parts.ffmpeg))?.path
    if (path === undefined) return
    if (this.#cause && this.#pending.length === 0) return
    const encoder = startChild(
      { program: path, args: opusArgs(this.#parts.format) },
      { env: this.#parts.env, stdin: 'pipe', onStdout: (chunk) => this.#takeEncoded(chunk) },
    )
    this.#encoder = encoder
    for (const pcm of this.#pending) encoder.stdin?.write(pcm)
    this.#pending = []
    if (this.#cause) void this.#endEncoder(encoder)
    const exit = await encoder.exited
    this.#fail(deathOf('the encoder', encoder, exit))
  }

  /** Lets the encoder write what it still holds; it ends by itself when its input does. */
  async #endEncoder(encoder: Child): Promise<void> {
    const [finish, ask] = this.#parts.encoderEndMs
    const steps: TerminationStep[] = [
      { ask: () => encoder.stdin?.end(), waitMs: finish },
      { ask: 'SIGTERM', waitMs: ask },
    ]
    // With no sound at all there is nothing to wait for.
    await terminate(encoder, this.startedAtMs === undefined ? [] : steps)
  }

  #takeEncoded(chunk: Buffer): void {
    try {
      for (const page of this.#pages.push(chunk)) {
        const endMs = this.#timeline.take(page)
        this.#headers.push(page.bytes)
        if (endMs === undefined) continue
        this.#anchored = true
        this.#events.unit({ bytes: Buffer.concat(this.#headers), endMs })
        this.#headers = []
      }
    } catch (error) {
      const said = lastWords(this.#encoder?.stderr() ?? '')
      this.#fail(captureFailed(`the encoder wrote no Ogg Opus (${(error as Error).message})${said ? `: ${said}` : ''}`))
      this.#encoder?.kill('SIGKILL')
    }
  }
}
