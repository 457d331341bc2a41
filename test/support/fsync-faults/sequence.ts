import type { Command, CommandName } from '../../../src/contract/commands.ts'
import type { Random } from '../../e2e/support/random.ts'
import { eventually } from '../suite.ts'
import { Claims, UNKNOWN } from './claims.ts'
import type { FaultyRecorder } from './faulty-recorder.ts'

/** Longest time of a write of the log in these sequences. */
export const STALL_MS = 120

interface Asked {
  name: CommandName
  request: object
  key: string
}

const START = {
  media: ['mic', 'screen'],
  recordingType: 'both',
  devices: {},
  tags: {},
  wrapUpSeconds: 3600,
  maxDurationSeconds: 14_400,
  require: 'all',
}

/** A random sequence of commands, retries, faults and kills on one recorder. */
export class Sequence {
  readonly claims = new Claims()
  readonly #recorder: FaultyRecorder
  readonly #random: Random
  readonly #asked: Asked[] = []
  #clients = 0
  /** Everything that was done, to understand a failure. */
  readonly trace: string[] = []

  constructor(recorder: FaultyRecorder, random: Random) {
    this.#recorder = recorder
    this.#random = random
  }

  /** Carries it out. Returns the contradictions between what was told, the log and the media. */
  async run(): Promise<string[]> {
    await this.#recorder.open('new', STALL_MS)
    for (let step = this.#random.between(4, 9); step > 0; step--) await this.#step()
    this.#recorder.disarm()
    await this.ready()
    if (this.#random.next() < 0.1) await this.#restart()
    await this.#look('at the end')
    const problems = this.claims.compare(await this.#recorder.events())
    await this.#recorder.close()
    return problems
  }

  async #step(): Promise<void> {
    const random = this.#random
    if (random.next() < 0.5) {
      const fault = random.next() < 0.25 ? 'EIO' : random.between(1, 3) * STALL_MS
      const countdown = random.between(1, 5)
      this.trace.push(`arm ${countdown} ${fault}`)
      this.#recorder.arm(countdown, fault)
    }
    const chance = random.next()
    if (chance < 0.06) {
      // In flight: killed at any moment of it.
      const outcome = this.ask(this.#next(), false)
      await new Promise((resolve) => setTimeout(resolve, random.between(0, STALL_MS)))
      await this.#restart()
      await outcome
    } else if (chance < 0.2) {
      await Promise.all([this.ask(this.#next(), false), this.ask(this.#next(), false)])
    } else if (UNKNOWN.includes(await this.ask(this.#next(), true)) && random.next() < 0.15) {
      await this.#restart()
    }
    await this.ready()
  }

  /** A new command, or an earlier one with its key again. */
  #next(): Asked {
    const random = this.#random
    const before = this.#asked[random.between(0, this.#asked.length)]
    if (before && random.next() < 0.5) return before
    const key = `k${this.#asked.length}`
    const names: CommandName[] = [
      ...(['recording.start', 'recording.start', 'track.pause', 'track.resume'] as const),
      ...(['track.stop', 'recording.tag', 'track.start'] as const),
    ]
    // Without a recording nearly everything is refused.
    const last = this.#asked.length === 0 && random.next() < 0.8 ? 0 : names.length - 1
    const name = names[random.between(0, last)] as CommandName
    const request =
      name === 'recording.start'
        ? START
        : name === 'track.start'
          ? { media: ['speaker'], devices: {} }
          : name === 'recording.tag'
            ? { tags: { key } }
            : {}
    const asked = { name, request, key }
    this.#asked.push(asked)
    return asked
  }

  /** Sends a command. Returns `ok` or the code of its error. */
  async ask({ name, request, key }: Asked, alone: boolean): Promise<string> {
    const client = `c${++this.#clients}`
    const outcome = await this.#recorder.dispatch({
      name,
      request,
      recordingId: name === 'recording.start' ? null : 'current',
      by: { side: 'api', client, user: 'tester' },
      idempotency: { client: 'crm', key, fingerprint: name },
    } as Command)
    const claims = ['recording.start', 'track.start', 'track.resume'].includes(name)
    this.claims.told(client, key, outcome, alone && claims)
    const result = 'code' in outcome ? outcome.code : 'ok'
    this.trace.push(`${client} ${name} ${key}: ${result}`)
    return result
  }

  async #restart(): Promise<void> {
    this.trace.push('kill')
    await this.#recorder.kill()
    await eventually(
      'the recorder opens',
      async () => {
        const opened = await this.#recorder.open('same', STALL_MS)
        // A fault while it opens; the next attempt has none.
        if ('code' in opened) await this.#recorder.kill()
        return 'value' in opened
      },
      20_000,
    )
  }

  /** Waits until the recorder accepts commands. Whatever it shows until then must be true, too. */
  async ready(): Promise<void> {
    await eventually('the recorder accepts commands', () => this.#look('while it recovers'), 20_000)
  }

  async #look(when: string): Promise<boolean> {
    const reading = await this.#recorder.read()
    if ('code' in reading) {
      this.claims.problems.push(`reading ${when}: ${reading.code}`)
      return true
    }
    this.claims.shown(`a reader ${when}`, reading.value.current, reading.captured)
    return reading.value.allowedCommands.length > 0
  }
}
