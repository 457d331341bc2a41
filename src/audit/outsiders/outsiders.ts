import type { Logger } from '../../contract/logger.ts'
import type { OutsiderView, WitnessOpinions, WitnessSetting } from '../../contract/outsiders.ts'
import type { CheckpointSource, CosignatureKeeper, Outsider, TimestampKeeper } from './port.ts'
import { type RetryPauses, SubmissionLoop } from './submission-loop.ts'
import { TimestampAuthority } from './timestamp-authority.ts'
import { Witness } from './witness.ts'

/** The outsiders that config.json names. */
export interface OutsiderSettings {
  witnesses: readonly WitnessSetting[]
  timestampUrl: string | null
}

/** The times of outsiders, in milliseconds. */
export interface OutsiderTimes {
  /** The shortest time between two checkpoints that go to one witness. */
  witnessPeriodMs: number
  /** The shortest time between two timestamps. */
  timestampPeriodMs: number
  /** The longest time that an answer may take. */
  limitMs: number
  pauses: RetryPauses
}

/** The parts that outsiders work with. */
export interface OutsidersOptions {
  source: CheckpointSource
  cosignatures: CosignatureKeeper
  timestamps: TimestampKeeper
  logger: Logger
  now(): number
  times?: OutsiderTimes
  /** Called when what witnesses say of the log may be something else. */
  onOpinions?: (opinions: WitnessOpinions) => void
}

/** A timestamp takes some 6 KB on disk, and authorities ask to be spared. */
const TIMES: OutsiderTimes = {
  witnessPeriodMs: 10_000,
  timestampPeriodMs: 3_600_000,
  limitMs: 20_000,
  pauses: { firstMs: 5_000, longestMs: 900_000 },
}

/** Sends checkpoints to all outsiders, each at its own pace. Nobody waits for one. */
export class Outsiders {
  readonly #options: OutsidersOptions
  #loops = new Map<string, SubmissionLoop>()
  #closing: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: OutsidersOptions) {
    this.#options = options
  }

  /** Puts settings in force. Outsiders that stay go on undisturbed; new ones begin at once. */
  configure({ witnesses, timestampUrl }: OutsiderSettings): void {
    if (this.#isClosed) return
    const wanted = new Map<string, () => Outsider>()
    for (const witness of witnesses)
      wanted.set(`${witness.url} ${witness.vkey}`, () => this.#witness(witness))
    if (timestampUrl !== null) wanted.set(timestampUrl, () => this.#authority(timestampUrl))
    const before = this.#loops
    this.#loops = new Map(
      [...wanted].map(([key, create]) => [key, before.get(key) ?? this.#begin(create())]),
    )
    this.#reportOpinions()
    const removed = [...before].filter(([key]) => !wanted.has(key))
    this.#closing = Promise.all([this.#closing, ...removed.map(([, loop]) => loop.close())])
  }

  /** Says that there is a new checkpoint. Returns at once. */
  notify(): void {
    for (const loop of this.#loops.values()) loop.notify()
  }

  /** Returns the state of each outsider, in the order of config.json. */
  views(): OutsiderView[] {
    return [...this.#loops.values()].map(({ view }) => view)
  }

  /** Gives up what is under way, and sends nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true
    const loops = [...this.#loops.values()]
    await Promise.all([this.#closing, ...loops.map((loop) => loop.close())])
  }

  #begin(outsider: Outsider): SubmissionLoop {
    const { source, logger, now, times = TIMES } = this.#options
    const loop = new SubmissionLoop(outsider, {
      ...{ source, logger, now, pauses: times.pauses },
      onAttempt: () => this.#reportOpinions(),
    })
    loop.notify()
    return loop
  }

  #reportOpinions(): void {
    const confirming: string[] = []
    const contradicting: { name: string; vkey: string }[] = []
    for (const { opinion, vkey, view } of this.#loops.values()) {
      if (vkey === null) continue
      if (opinion === 'confirms') confirming.push(vkey)
      if (opinion === 'contradicts') contradicting.push({ name: view.name, vkey })
    }
    this.#options.onOpinions?.({ contradicting, confirming })
  }

  #witness(setting: WitnessSetting): Witness {
    const { source, cosignatures: keeper, times = TIMES } = this.#options
    const { witnessPeriodMs: periodMs, limitMs } = times
    return new Witness(setting, { source, keeper, periodMs, limitMs })
  }

  #authority(url: string): TimestampAuthority {
    const { timestamps: keeper, times = TIMES } = this.#options
    const { timestampPeriodMs: periodMs, limitMs } = times
    return new TimestampAuthority(url, { keeper, periodMs, limitMs })
  }
}
