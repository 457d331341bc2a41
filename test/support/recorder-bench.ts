import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { TestKeyRing } from '../../lab/test-keys.ts'
import type { ClientSide } from '../../src/contract/by.ts'
import type { Command, CommandName, CommandRequests } from '../../src/contract/commands.ts'
import type { CustodyRules } from '../../src/contract/custody.ts'
import type { LogEvent, NewEvent } from '../../src/contract/events.ts'
import type { Medium } from '../../src/contract/media.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { Recorder, type RecorderOptions } from '../../src/recorder/recorder.ts'
import { openEventLog } from '../../src/store/event-log.ts'
import type { AppendRequest, EventLog } from '../../src/store/port.ts'
import type { ClockJump, RecorderClock } from '../../src/time/recorder-clock.ts'
import { assertReplayed } from './assert-replayed.ts'
import { type FakePlatform, fakePlatform } from './fake-platform.ts'

const START: CommandRequests['recording.start'] = {
  media: ['mic', 'speaker', 'screen'],
  recordingType: 'both',
  devices: {},
  tags: {},
  wrapUpSeconds: 3600,
  maxDurationSeconds: 14_400,
  require: 'all',
}

/** The rules of custody of a home without a configuration. */
export const RULES: CustodyRules = {
  consent: { mode: 'off', eraseWhenWithdrawn: false },
  holds: { releaseBy: 'anyone' },
  retention: { rules: [], minDays: 0, maxDays: null },
  escrowRecipients: [],
  allowCardNumbers: false,
  lock: { pause: ['mic', 'screen'], resume: false },
}

/** The wall clock, with jumps that a test makes. */
export class FakeClock implements RecorderClock {
  wallAheadMs = 0
  readonly #listeners = new Set<(jump: ClockJump) => void>()

  now(): number {
    return Date.now()
  }

  check(): void {}

  adoptWallClock(): void {
    this.wallAheadMs = 0
  }

  // Fake captures use the system's time, too, which is never behind the log here.
  notBefore(): void {}

  onJump(listener: (jump: ClockJump) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  jump(jump: ClockJump): void {
    if (jump.type === 'stepped') this.wallAheadMs += jump.byMs
    for (const listener of [...this.#listeners]) listener(jump)
  }
}

/** A recorder on a real log with fake captures, which can be restarted. */
export class RecorderBench {
  recorder!: Recorder
  platform!: FakePlatform
  /**
   * Holds batches back on their way to the disk, or lets their write fail: what it returns comes
   * before `committed`.
   */
  gate: ((events: readonly NewEvent[]) => Promise<void> | undefined) | undefined
  /** Why no file of a dead recorder can be finished; undefined when they can. */
  salvageProblem: Error | undefined
  /** The media whose files are longer than a log knows that lacks their beginning. */
  longerFiles: Medium[] = []
  /** How many of its last events the log verifies at once; default: that of the store. */
  verifiedAtOnce: number | undefined
  /** A person has accepted that the witness of the log is lost. */
  acceptLostWitness = false
  readonly clock = new FakeClock()
  /** A test that passes a key ring of its own uses that one. */
  readonly keys: TestKeyRing
  readonly folder: string
  readonly #more: Partial<RecorderOptions>

  private constructor(folder: string, more: Partial<RecorderOptions>) {
    this.folder = folder
    this.#more = more
    this.keys = (more.keys ?? new TestKeyRing()) as TestKeyRing
  }

  /** `folder`: of a bench that has died; default a new one. */
  static async create(
    more: Partial<RecorderOptions> = {},
    folder?: string,
  ): Promise<RecorderBench> {
    const own = folder ?? (await mkdtemp(join(tmpdir(), 'f2f-recorder-')))
    const bench = new RecorderBench(own, more)
    await mkdir(join(bench.folder, 'recordings'), { recursive: true })
    await bench.open()
    return bench
  }

  async open(): Promise<void> {
    this.platform = fakePlatform()
    const { salvage } = this.platform
    this.platform.salvage = async (...segment) => {
      if (this.salvageProblem) throw this.salvageProblem
      return salvage.apply(this.platform, segment)
    }
    this.platform.isLonger = async (_folder, { medium }) => this.longerFiles.includes(medium)
    const { keys, verifiedAtOnce, acceptLostWitness } = this
    const how = verifiedAtOnce === undefined ? {} : { verifiedAtOnce }
    const folder = join(this.folder, 'log')
    const log = await openEventLog({ folder, keys, acceptLostWitness, ...how })
    this.recorder = await Recorder.open({
      log: this.#gated(log),
      platform: this.platform,
      keys: this.keys,
      clock: this.clock,
      recordingsFolder: join(this.folder, 'recordings'),
      version: '0.0.0-test',
      user: 'tester',
      systemTags: { 'system.host': 'test' },
      rules: () => RULES,
      logger: pino({ level: process.env.F2F_LOG_LEVEL ?? 'silent' }, pino.destination(2)),
      ...this.#more,
    })
  }

  #gated(log: EventLog): EventLog {
    const append = (batch: AppendRequest) => {
      const appended = log.append(batch)
      const held = this.gate?.(batch.events)
      if (!held) return appended
      const committed = Promise.all([appended.committed, held]).then(() => {})
      committed.catch(() => {})
      return { ...appended, committed }
    }
    return new Proxy(log, {
      get(target, key) {
        if (key === 'append') return append
        const value = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  /** Ends it as a stop signal does, and starts it again. */
  async restart(): Promise<void> {
    await this.recorder.close()
    await this.open()
  }

  /**
   * Ends it as kill -9 does: nobody reports or writes any more. Starts it again after `before`.
   */
  async crash(before = async (): Promise<void> => {}): Promise<void> {
    const { platform, recorder } = this
    platform.die()
    await recorder.log.close()
    // Without its log it can only end its timers.
    await recorder.close()
    await before()
    await this.open()
  }

  /** Ends it. Whatever a test has recorded must replay to the state that it was left in. */
  async dispose(): Promise<void> {
    const replayed = assertReplayed(this.recorder)
    await replayed.catch(() => {})
    await this.recorder.close()
    await rm(this.folder, { recursive: true, force: true })
    await replayed
  }

  /** Gives a command; the answer's body. */
  async command<N extends CommandName>(
    side: ClientSide,
    name: N,
    request: Partial<CommandRequests[N]> = {},
    more: Partial<Pick<Command, 'recordingId' | 'expectedVersion' | 'idempotency' | 'by'>> = {},
  ): Promise<RecordingAnswer> {
    const recordingId = name === 'recording.start' ? null : 'current'
    const full = name === 'recording.start' ? { ...START, ...request } : request
    const by = { side, client: side === 'ui' ? 'ui' : 'crm', user: 'tester' }
    const command = { name, recordingId, request: full, by, ...more } as Command
    return (await this.recorder.dispatch(command)).body as RecordingAnswer
  }

  async events(): Promise<LogEvent[]> {
    return this.recorder.log.events({ after: 0, limit: 100_000 })
  }
}
