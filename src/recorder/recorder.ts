import { EventEmitter } from 'eventemitter3'
import type { By, ClientSide } from '../contract/by.ts'
import type { Command } from '../contract/commands.ts'
import type { CustodyRules, KeyStatus } from '../contract/custody.ts'
import { type ErrorCode, RecorderError } from '../contract/errors.ts'
import type { EventData, LogEvent } from '../contract/events.ts'
import type { InspectionMessage } from '../contract/inspection.ts'
import type { LogMessage } from '../contract/log-message.ts'
import type { Medium } from '../contract/media.ts'
import type { ApplicationView, DeviceList, RecordingAnswer, TagEntry } from '../contract/views.ts'
import { PastPlayer, type PastStart } from '../inspection/past-player.ts'
import type { RecordingFold } from '../machines/recording-fold.ts'
import type { Replay } from '../replay/replay.ts'
import type { CommandAnswer, EventLog, Page, RecordingQuery } from '../store/port.ts'
import { stopForShutdown } from './commands/stop-for-shutdown.ts'
import type { Contradictions } from './contradictions.ts'
import type { AccessPort } from './custody/access-port.ts'
import type { EventBatch } from './facts/event-batch.ts'
import { followVerification } from './facts/follow-verification.ts'
import { type OpeningFact, rulesFact, startedFact } from './facts/opening.ts'
import { reopenLog } from './facts/reopen-log.ts'
import { restoreRecordings } from './facts/restore.ts'
import type { PastInspection, RecorderBus, RecorderPort, ScopeRefusal } from './port.ts'
import type { LivePicture } from './queries/live-pictures.ts'
import { MediaReader } from './queries/media-reader.ts'
import type { RecorderOptions } from './recorder-options.ts'
import { createRecorderParts, type RecorderParts } from './recorder-parts.ts'

export type { RecorderOptions } from './recorder-options.ts'

/** The recorder: executes commands, moves its machines by committed facts only, answers queries. */
export class Recorder implements RecorderPort {
  readonly bus: RecorderBus = new EventEmitter()
  readonly log: EventLog
  readonly retention: RecorderPort['retention']
  readonly accesses: AccessPort
  readonly contradictions: Contradictions
  readonly #options: RecorderOptions
  readonly #system: By & { side: 'system' }
  readonly #parts: RecorderParts
  /** Opens what is stored, for those who compose it or hand it over. */
  readonly media: MediaReader
  #phase: 'opening' | 'ready' | 'reopening' | 'closing' = 'opening'
  #reopening: Promise<void> = Promise.resolve()
  /** Whether the log says that this recorder has started. */
  #hasStarted = false
  readonly #onFault = (what: string, error: unknown): void => {
    this.#options.logger.error({ err: error, what }, 'a part of the recorder failed')
  }

  private constructor(options: RecorderOptions) {
    this.#options = options
    this.log = options.log
    this.media = new MediaReader(options)
    this.#system = { side: 'system', client: 'recorder', user: options.user }
    this.#parts = createRecorderParts(options, {
      bus: this.bus,
      system: this.#system,
      acceptsCommands: () => this.#phase === 'ready',
      onCommitted: (events) => this.#committed(events),
      onLogFailed: (error) => this.#logFailed(error),
      onFault: this.#onFault,
    })
    this.retention = this.#parts.custody.retention
    this.accesses = this.#parts.accesses
    this.contradictions = this.#parts.contradictions
  }

  /**
   * Opens a recorder on an opened log. Wraps up the recordings that were live when the last one
   * died; nothing starts by itself.
   */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const recorder = new Recorder(options)
    const { problem } = options.keys
    if (problem) recorder.#waitForKeys(problem)
    else {
      await recorder.#restore({ code: 'INTERRUPTED', failedAt: '' })
      recorder.#phase = 'ready'
    }
    recorder.#followVerification()
    // The first start needs a known disk state, too.
    await recorder.#parts.disk.watch.check()
    recorder.#parts.disk.watch.start()
    return recorder
  }

  /** False while the daemon starts or stops. While the log is reopened, commands get an error. */
  get isRunning(): boolean {
    return this.#phase === 'ready' || this.#phase === 'reopening'
  }

  async dispatch(command: Command): Promise<CommandAnswer> {
    this.#assertReady()
    if (command.name === 'recording.start') this.#parts.clockMonitor.beforeStart()
    // Interrupt probes first: none may run beside a command.
    this.#parts.readiness.interrupt()
    return this.#parts.commands.dispatch(command)
  }

  async recordScopeRefusal(refusal: ScopeRefusal): Promise<void> {
    this.#assertReady()
    await this.#parts.commands.recordScopeRefusal(refusal)
  }

  async appendTokenEvent<T extends 'token.created' | 'token.revoked'>(
    type: T,
    data: EventData[T],
    by: By,
  ): Promise<void> {
    this.#assertReady()
    await this.#record(by, (batch) => batch.add(null, type, data))
  }

  recording(id: string, side: ClientSide): Promise<RecordingAnswer & { tagHistory: TagEntry[] }> {
    return this.#parts.reader.recording(id, side)
  }

  findRecording(id: string): ReturnType<RecorderPort['findRecording']> {
    return this.#parts.reader.findRecording(id)
  }

  findId(id: string): Promise<string> {
    return this.#parts.reader.findId(id)
  }

  recordings(query: RecordingQuery, side: ClientSide): Promise<Page<RecordingAnswer>> {
    return this.#parts.reader.recordings(query, side)
  }

  picture(id: string): Promise<LivePicture | null> {
    return this.#parts.reader.picture(id)
  }

  replay(id: string): Promise<Replay> {
    return this.#parts.reader.replay(id)
  }

  application(side: ClientSide): Promise<ApplicationView> {
    return this.#parts.reader.application(side)
  }

  inspect(listener: (message: InspectionMessage) => void): () => void {
    return this.#parts.inspection.subscribe(listener)
  }

  async inspectPast(id: string, start: PastStart): Promise<PastInspection> {
    const recordingId = await this.findId(id)
    const replay = (): Promise<Replay> => this.replay(recordingId)
    const { version } = this.#options
    return PastPlayer.open({ start, replay, version, onFault: this.#onFault })
  }

  /** Records rules of custody that differ from those in force. Resolves when they are durable. */
  async recordRules(rules: CustodyRules): Promise<void> {
    this.#assertReady()
    await this.#record(this.#system, (batch) => rulesFact(batch, this.log, rules))
  }

  keyStatus(): Promise<KeyStatus> {
    return this.#parts.custody.keyUpkeep.status()
  }

  async rotateKeys(by: By): Promise<KeyStatus> {
    this.#assertReady()
    await this.#parts.custody.keyUpkeep.rotate(by)
    return this.keyStatus()
  }

  async rotateSigningKey(by: By): Promise<void> {
    this.#assertReady()
    await this.#parts.custody.keyUpkeep.rotateSigningKey(by)
  }

  /** The live machines of an open recording, for the inspector. */
  machines(id: string): Pick<RecordingFold, 'control' | 'session' | 'tracks'> | undefined {
    return this.#parts.facts.live.get(id)?.states
  }

  devices = (): Promise<Record<Medium, DeviceList>> => this.#options.platform.devices()

  readiness: RecorderPort['readiness'] = (media) => this.#parts.readiness.check(media)

  openMedia: RecorderPort['openMedia'] = (id, segment) => this.media.openMedia(id, segment)

  /** See {@link MediaReader.compositionIdentity}. */
  compositionIdentity = (id: string) => this.media.compositionIdentity(id)

  /**
   * Stops all capture and closes the log, within 5 s. A wrap-up goes on with the clock of the next
   * start.
   */
  async close(): Promise<void> {
    if (this.#phase === 'closing') return
    const wasReady = this.#phase === 'ready'
    this.#phase = 'closing'
    this.#parts.disk.watch.stop()
    this.#parts.clockMonitor.stop()
    const custody = this.#parts.custody.close()
    if (wasReady) {
      try {
        await stopForShutdown(this.#parts, this.#system)
      } catch (error) {
        this.#options.logger.error(
          { err: error },
          'the recording could not be ended properly; it is salvaged at the next start',
        )
      }
    }
    // Rejects commands that still wait for a device or a medium: they must start nothing now.
    this.#parts.facts.fail(new RecorderError('NOT_READY', 'The recorder is stopping.'))
    await Promise.all([
      this.#parts.desktop.close(),
      this.#parts.facts.dispose(),
      this.#parts.readiness.close(),
    ])
    await this.#reopening
    await custody
    await this.log.close()
  }

  #assertReady(): void {
    if (this.#parts.facts.failure) throw this.#parts.facts.failure
    if (this.#phase !== 'ready')
      throw new RecorderError('NOT_READY', 'The recorder is starting or stopping.')
  }

  async #record(by: By, add: (batch: EventBatch) => void): Promise<void> {
    await this.#parts.facts.append({ by, commandId: null }, add)
  }

  #committed(events: readonly LogEvent[]): void {
    this.#parts.reader.observe(events)
    this.bus.emit('events', events)
    this.#parts.clockMonitor.afterCommit()
  }

  /** Restores the recordings, and records that the recorder runs, or that it goes on. */
  async #restore({ code, failedAt }: EventData['log.reopened']): Promise<void> {
    const opening: OpeningFact = this.#hasStarted
      ? { type: 'log.reopened', data: { code, failedAt } }
      : startedFact(this.#options.version)
    await restoreRecordings({
      ...{ options: this.#options, parts: this.#parts, system: this.#system, opening },
      reason: code === 'STORAGE_FULL' ? 'storageFull' : 'interrupted',
      onFault: this.#onFault,
    })
    if (this.#parts.facts.failure) throw this.#parts.facts.failure
    // The log says now that it has one.
    if (!this.#hasStarted && this.log.lostWitness !== undefined) await this.log.writeWitness()
    this.#hasStarted = true
    await this.#parts.custody.begin()
    // Others write already; nobody else looks at a failure of theirs before commands are accepted.
    if (this.#parts.facts.failure) throw this.#parts.facts.failure
  }

  #logFailed(error: RecorderError): void {
    // While opening or reopening, the caller sees the failure. While closing, it does not matter.
    if (this.#phase !== 'ready') return
    this.#options.logger.error({ err: error }, 'the log cannot be continued: capture has ended')
    this.#phase = 'reopening'
    this.#reopening = this.#reopen(error)
  }

  /** Serves what can be read, and changes nothing until the keys are there. */
  #waitForKeys(problem: RecorderError): void {
    this.#options.logger.error({ err: problem }, 'nothing can be recorded without the keys')
    this.#parts.facts.fail(problem)
    this.#phase = 'reopening'
    this.#reopening = this.#reopen(problem)
  }

  /** Reopens and verifies the log until that works, then recovers as after a crash. */
  async #reopen(error: RecorderError): Promise<void> {
    this.#tellLog('readOnly', error)
    const parts = {
      ...{ ...this.#options, facts: this.#parts.facts, diskWatch: this.#parts.disk.watch },
      isWanted: () => this.#phase === 'reopening',
      restore: (failed: { code: ErrorCode; failedAt: string }) => this.#restore(failed),
    }
    if (!(await reopenLog(parts, error)) || this.#phase !== 'reopening') return
    this.#phase = 'ready'
    this.#options.logger.info('the log is open and verified again')
    this.#tellLog('verified')
  }

  #followVerification(): void {
    followVerification({
      ...{ log: this.log, bus: this.bus, logger: this.#options.logger },
      fail: (finding) => this.#parts.facts.fail(finding),
      onVerified: () => this.#tellLog('verified'),
    })
  }

  #tellLog(log: LogMessage['log'], error?: RecorderError): void {
    const at = new Date(this.#options.clock.now()).toISOString()
    this.bus.emit('log', { log, at, ...(error && { code: error.code, detail: error.message }) })
  }
}
