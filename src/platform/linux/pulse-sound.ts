import { setTimeout as delay } from 'node:timers/promises'
import type { Device } from '../../contract/media.ts'
import { CHANNELS, SAMPLE_RATE } from '../../ffmpeg/encoding.ts'
import { PulseConnection } from '../../pulse/connection.ts'
import { isStreamMuted } from '../../pulse/introspection.ts'
import { COMMAND, EVENT, NO_ENTITY, SUBSCRIPTION } from '../../pulse/protocol.ts'
import { PulseError } from '../../pulse/pulse-error.ts'
import { createRecordStream } from '../../pulse/streams.ts'
import { type TagReader, u32 } from '../../pulse/tagstruct.ts'
import { type CaptureProblem, captureFailed, deviceLost } from '../capture-problem.ts'
import { RETURN_MS, RETURN_STEP_MS } from '../find-returning.ts'
import type { SoundHost, SoundSource, StartSoundSource } from '../sound-source.ts'
import { clientProperties, type PulseDevices } from './pulse-devices.ts'
import { sourceOf } from './pulse-state.ts'

/**
 * The block in which the server is asked to deliver, ms: short, so that the first sound comes soon.
 */
const BLOCK_MS = 20
/**
 * Limit for an answer of the server, ms. Longer than the limits of a capture without media: a busy
 * server that is slow to answer is no reason to end a stream that delivers.
 */
const ANSWER_MS = 10_000
/** Sound is read as it comes for so long, until its time is known; then in steps. */
const PROMPT_MS = 1_000

/** The device that a stream of the recorder captures. */
interface PulseSoundOptions {
  medium: 'mic' | 'speaker'
  device: Device
  env: NodeJS.ProcessEnv
  /** Knows whether the device is muted, or no longer the default. */
  devices: PulseDevices
}

/** Captures a microphone, or what a speaker plays, from the sound server. */
export function pulseSound(options: PulseSoundOptions): StartSoundSource {
  return (host) => new PulseSound(options, host)
}

/**
 * A stream of its own connection. It may not be moved, so its sound is of the device alone: when
 * the device goes away, the server ends the stream. A server that has just gone is waited for, but
 * only before the first sound.
 */
class PulseSound implements SoundSource {
  readonly ended: Promise<CaptureProblem>
  readonly #options: PulseSoundOptions
  readonly #host: SoundHost
  #connection: PulseConnection | undefined
  #stream: number | undefined
  #problem: CaptureProblem | undefined
  readonly #over = new AbortController()
  #hasSound = false
  /** The server was away. Its devices may come back after it. */
  #wasAway = false
  #isStreamMuted = false
  #deviceMute: string | null = null
  #reportedMute: string | null = null

  constructor(options: PulseSoundOptions, host: SoundHost) {
    this.#options = options
    this.#host = host
    this.ended = this.#run()
  }

  stop(): void {
    this.#over.abort()
  }

  catchUp(): void {
    this.#connection?.catchUp()
  }

  async finish(isEnough: () => boolean): Promise<void> {
    // Nothing is late before the first sound.
    await this.#connection?.finish(() => this.#stream === undefined || isEnough())
    this.stop()
  }

  async #run(): Promise<CaptureProblem> {
    const giveUpAt = performance.now() + RETURN_MS
    for (;;) {
      const error = await this.#runOnce().catch((reason: unknown) => reason)
      if (!this.#mayReturn(error) || performance.now() >= giveUpAt) return this.#toProblem(error)
      this.#stream = undefined
      await delay(RETURN_STEP_MS, undefined, { signal: this.#over.signal }).catch(() => {})
    }
  }

  /** Whether another attempt may find what this one has not. */
  #mayReturn(error: unknown): boolean {
    if (this.#hasSound || this.#over.signal.aborted || !(error instanceof PulseError)) return false
    this.#wasAway ||= error.kind === 'absent'
    if (error.code !== NO_ENTITY) return error.kind === 'absent'
    return this.#wasAway || this.#options.devices.isReturning
  }

  /** Captures over one connection. Resolves or rejects with why that has ended. */
  async #runOnce(): Promise<PulseError> {
    const { medium, device, env, devices } = this.#options
    const properties = clientProperties()
    const connection = await PulseConnection.open(
      { env, properties, signal: this.#over.signal, answerMs: ANSWER_MS },
      {
        sound: (pcm) => {
          // Sound is believed only when the stream is known to be of the device.
          if (this.#stream === undefined || this.#over.signal.aborted) return
          this.#hasSound = true
          this.#host.sound(pcm)
        },
        message: (command, args) => this.#onMessage(command, args),
      },
    )
    this.#connection = connection
    const prompt = setTimeout(() => connection.pace(), PROMPT_MS)
    const watch = devices.watch(medium, device, (code, detail) => {
      if (code === 'SOURCE_MUTED') {
        this.#deviceMute = detail
        this.#reportMute()
      } else if (!this.#over.signal.aborted) this.#host.condition(code, detail)
    })
    try {
      await this.#capture(connection)
      return await connection.closed
    } finally {
      clearTimeout(prompt)
      watch.stop()
      connection.close()
    }
  }

  async #capture(connection: PulseConnection): Promise<void> {
    const { medium, device } = this.#options
    const source = sourceOf(medium, device)
    const stream = {
      device: source,
      format: { rate: SAMPLE_RATE, channels: CHANNELS[medium] },
      blockMs: BLOCK_MS,
      properties: { 'media.name': medium },
    }
    const created = createRecordStream(connection, stream, (made) => {
      if (made.device === null || made.device === source) this.#stream = made.index
      else this.#end(this.#switched())
    })
    const subscription = [u32(SUBSCRIPTION.sourceOutput)]
    await Promise.all([created, connection.request(COMMAND.subscribe, subscription, () => {})])
  }

  #onMessage(command: number, args: TagReader): void {
    if (command === COMMAND.recordStreamKilled) this.#onKilled()
    else if (command === COMMAND.recordStreamMoved) this.#end(this.#switched())
    else if (command === COMMAND.subscribeEvent) {
      const kind = args.u32() & EVENT.kindMask
      if (kind === EVENT.sourceOutput && args.u32() === this.#stream) void this.#checkStream()
    }
  }

  /** A server that ends also ends its streams, so a stream without sound is tried once more. */
  #onKilled(): void {
    const { id } = this.#options.device
    if (this.#hasSound) this.#end(deviceLost(`The device ${id} is gone, or its stream was ended.`))
    else this.#connection?.close()
  }

  /** Checks whether somebody has muted the stream in the sound settings. */
  async #checkStream(): Promise<void> {
    try {
      this.#isStreamMuted = await isStreamMuted(this.#connection!, this.#stream!)
      this.#reportMute()
    } catch (error) {
      // The end of the connection or of the stream is reported where it is noticed.
      if (!(error instanceof PulseError)) throw error
    }
  }

  #reportMute(): void {
    const detail = this.#isStreamMuted
      ? 'The recorder is muted in the sound settings.'
      : this.#deviceMute
    if (detail === this.#reportedMute || this.#over.signal.aborted) return
    this.#reportedMute = detail
    this.#host.condition('SOURCE_MUTED', detail)
  }

  #end(problem: CaptureProblem): void {
    this.#problem ??= problem
    this.stop()
  }

  #switched(): CaptureProblem {
    return deviceLost(
      `The sound server has switched from ${this.#options.device.id} to another device.`,
    )
  }

  #toProblem(error: unknown): CaptureProblem {
    if (this.#problem) return this.#problem
    if (!(error instanceof PulseError)) return captureFailed('The capture of sound failed.')
    if (error.code === NO_ENTITY)
      return deviceLost(`There is no device ${this.#options.device.id}.`)
    return error.kind === 'refused' ? captureFailed(error.message) : deviceLost(error.message)
  }
}
