import { PulseConnection } from '../pulse/connection.ts'
import { PulseError } from '../pulse/pulse-error.ts'
import { createPlaybackStream, createRecordStream } from '../pulse/streams.ts'
import { within } from '../time/within.ts'

const RATE = 48_000
/** Above the lowest pitch of a voice, and audible on any loudspeaker. */
const TONE_HZ = 1_000
const BEEP_SECONDS = 0.15
const AMPLITUDE = 0.4
/** Part of full scale from which sound counts as the beep. */
const LOUD = 0.05
const CLIENT = { 'application.name': 'f2f-selftest' }
const SOUND = { format: { rate: RATE, channels: 1 }, properties: { 'media.name': 'beep' } } as const
const READY_LIMIT_MS = 5_000
const BEEP_LIMIT_MS = 3_000

/** The speaker or its beep could not be heard, so nothing can be measured. */
export class BeepError extends Error {
  override name = 'BeepError'
}

/** The samples of a beep: mono, 16 bit, 48 kHz. */
function beepPcm(): Buffer {
  const samples = Int16Array.from({ length: RATE * BEEP_SECONDS }, (_, index) =>
    Math.round(AMPLITUDE * 32_767 * Math.sin((2 * Math.PI * TONE_HZ * index) / RATE)),
  )
  return Buffer.from(samples.buffer)
}

/** Plays beeps into a speaker, and listens to the speaker's monitor to time each one. */
export class Beeper {
  readonly #sink: string
  readonly #env: NodeJS.ProcessEnv
  #connection: PulseConnection | undefined
  #player: PulseConnection | undefined
  #samples = 0
  #beginning = Number.POSITIVE_INFINITY
  #onBeep: ((at: number) => void) | undefined
  #markReady: () => void = () => {}
  readonly #ready: Promise<true>

  /** Opens a beeper. Rejects with {@link BeepError} when the speaker cannot be listened to. */
  static async open(sink: string, env: NodeJS.ProcessEnv): Promise<Beeper> {
    const beeper = new Beeper(sink, env)
    try {
      await beeper.#listen()
      if (await within(beeper.#ready, READY_LIMIT_MS)) return beeper
    } catch (error) {
      if (!(error instanceof PulseError)) throw error
    }
    beeper.close()
    throw new BeepError('The speaker cannot be listened to. Check that the sound server answers.')
  }

  private constructor(sink: string, env: NodeJS.ProcessEnv) {
    this.#sink = sink
    this.#env = env
    this.#ready = new Promise((resolve) => {
      this.#markReady = () => resolve(true)
    })
  }

  /**
   * Beeps. Resolves with the time (epoch ms) of its first sound. Rejects with {@link BeepError}.
   */
  async beep(): Promise<number> {
    const heard = new Promise<number>((resolve) => {
      this.#onBeep = resolve
    })
    await this.#play()
    const at = await within(heard, BEEP_LIMIT_MS)
    if (at === undefined)
      throw new BeepError('The beep was not heard at the speaker. Check that it is not muted.')
    return at
  }

  close(): void {
    this.#connection?.close()
    this.#player?.close()
  }

  async #listen(): Promise<void> {
    this.#connection = await PulseConnection.open(
      { env: this.#env, properties: CLIENT },
      { sound: (pcm) => this.#onSound(pcm) },
    )
    const stream = { device: `${this.#sink}.monitor`, blockMs: 20, ...SOUND }
    await createRecordStream(this.#connection, stream, () => {})
  }

  async #play(): Promise<void> {
    this.#player?.close()
    try {
      this.#player = await PulseConnection.open({ env: this.#env, properties: CLIENT })
      const stream = { device: this.#sink, blockMs: 40, ...SOUND }
      const { channel } = await createPlaybackStream(this.#player, stream)
      this.#player.sendSound(channel, beepPcm())
    } catch (error) {
      if (!(error instanceof PulseError)) throw error
      throw new BeepError(`The speaker cannot be played into. ${error.message}`)
    }
  }

  #onSound(chunk: Buffer): void {
    const before = this.#samples
    this.#samples += chunk.length >> 1
    // A sample can only come late, never early, so the earliest beginning that any chunk implies is
    // the most accurate.
    this.#beginning = Math.min(this.#beginning, Date.now() - (this.#samples / RATE) * 1_000)
    this.#markReady()
    if (this.#onBeep === undefined) return
    for (let index = 0; index + 1 < chunk.length; index += 2) {
      if (Math.abs(chunk.readInt16LE(index)) <= LOUD * 32_768) continue
      this.#onBeep(this.#beginning + ((before + index / 2) / RATE) * 1_000)
      this.#onBeep = undefined
      return
    }
  }
}
