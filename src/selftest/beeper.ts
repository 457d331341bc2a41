import { type Child, startChild } from '../processes/child-process.ts'
import { within } from '../time/within.ts'

const RATE = 48_000
/** Above the lowest pitch of a voice, and audible on any loudspeaker. */
const TONE_HZ = 1_000
const BEEP_SECONDS = 0.15
const AMPLITUDE = 0.4
/** Part of full scale from which sound counts as the beep. */
const LOUD = 0.05
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
  readonly #monitor: Child
  readonly #players = new Set<Child>()
  #samples = 0
  #beginning = Number.POSITIVE_INFINITY
  #onBeep: ((at: number) => void) | undefined
  #markReady: () => void = () => {}
  readonly #ready: Promise<true>

  /** Opens a beeper. Rejects with {@link BeepError} when the speaker cannot be listened to. */
  static async open(sink: string, env: NodeJS.ProcessEnv): Promise<Beeper> {
    const beeper = new Beeper(sink, env)
    if (await within(beeper.#ready, READY_LIMIT_MS)) return beeper
    beeper.close()
    throw new BeepError('The speaker cannot be listened to. Check that the sound server answers.')
  }

  private constructor(sink: string, env: NodeJS.ProcessEnv) {
    this.#sink = sink
    this.#env = env
    this.#ready = new Promise((resolve) => {
      this.#markReady = () => resolve(true)
    })
    const args = [...RAW, '--latency-msec=20', '-d', `${sink}.monitor`]
    this.#monitor = startChild(
      { program: 'parec', args },
      { env, onStdout: (chunk) => this.#onSound(chunk) },
    )
  }

  /**
   * Beeps. Resolves with the time (epoch ms) of its first sound. Rejects with {@link BeepError}.
   */
  async beep(): Promise<number> {
    const heard = new Promise<number>((resolve) => {
      this.#onBeep = resolve
    })
    const args = ['--playback', ...RAW, '--latency-msec=40', '-d', this.#sink]
    const player = startChild({ program: 'pacat', args }, { env: this.#env, stdin: 'pipe' })
    this.#players.add(player)
    void player.exited.then(() => this.#players.delete(player))
    player.stdin?.end(beepPcm())
    const at = await within(heard, BEEP_LIMIT_MS)
    if (at === undefined)
      throw new BeepError('The beep was not heard at the speaker. Check that it is not muted.')
    return at
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

  close(): void {
    for (const child of [this.#monitor, ...this.#players]) child.kill('SIGKILL')
  }
}

const RAW = [
  '--raw',
  `--rate=${RATE}`,
  '--channels=1',
  '--format=s16le',
  '--client-name=f2f-selftest',
]
