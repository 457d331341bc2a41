import { randomUUID } from 'node:crypto'
import type { CapturePlatform } from '../../actors/port.ts'
import type { By } from '../../contract/by.ts'
import {
  type Command,
  type ConsentCommand,
  type CustodyCommand,
  isCustodyCommand,
  type MachineCommand,
  type TagValue,
} from '../../contract/commands.ts'
import type { CustodyRules } from '../../contract/custody.ts'
import type { RecorderError } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import type { KeyRing } from '../../custody/port.ts'
import type { CaptureConditions } from '../../machines/allowed-commands.ts'
import type { RecordingFold } from '../../machines/recording-fold.ts'
import type { CommandAnswer, EventLog } from '../../store/port.ts'
import { StallWatch } from '../../time/stall-watch.ts'
import { lackOfConsent } from '../custody/consent.ts'
import { arbitrateLock, type DesktopLock } from '../custody/desktop-lock.ts'
import type { DiskWatch } from '../disk/disk-watch.ts'
import type { FactCause, WrapUpReason } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { PendingCommand } from '../facts/pending-command.ts'
import { currentRecording } from '../open-recordings.ts'
import { arbitrate, isRefusal, type Permission, type Refusal, startHeld } from './arbitration.ts'
import { failAtOnce } from './fail-at-once.ts'
import type { FoundDevices } from './find-devices.ts'
import { Idempotency } from './idempotency.ts'
import { planCommand } from './plans/plan-command.ts'
import {
  overtakenError,
  type PreparedStart,
  prepareStart,
  type StartCommand,
  type StartObstacle,
} from './prepare-start.ts'
import { Refusals } from './refusals.ts'
import { type ScopeRefusal, ScopeRefusals } from './scope-refusals.ts'
import {
  type EndCommand,
  endsCapture,
  mayOvertake,
  type UnacceptedStart,
  UnacceptedStarts,
} from './unaccepted-starts.ts'

/** The parts that a command handler works with. */
export interface CommandHandlerOptions {
  facts: FactPipeline
  log: EventLog
  platform: Pick<CapturePlatform, 'resolve'>
  keys: Pick<KeyRing, 'create' | 'discard'>
  diskWatch: Pick<DiskWatch, 'isStale' | 'check' | 'shortage'>
  now(): number
  onFault(what: string, error: unknown): void
  /** Executes a command of custody. */
  custody(command: CustodyCommand | ConsentCommand): Promise<CommandAnswer>
  /** Returns why the recorder keeps media paused now; undefined when it does not. */
  lock(): DesktopLock | undefined
  /** Returns what keeps media from being captured now, for the commands that are listed. */
  conditions(): CaptureConditions
  /** Returns the rules of custody in force. */
  rules(): Pick<CustodyRules, 'consent'>
  system: { by: By & { side: 'system' }; tags: Record<string, TagValue>; quality(): Quality }
}

/**
 * Captures and files have shorter limits of their own. Exceeding these is a fault, which must not
 * leave a client waiting.
 */
const START_LIMIT_MS = 12_000
const END_LIMIT_MS = 6_000

/** Refuses commands or turns them into facts; answers when the outcome is confirmed and durable. */
export class CommandHandler {
  readonly #options: CommandHandlerOptions
  readonly #refusals: Refusals
  readonly #scopeRefusals: ScopeRefusals
  readonly #idempotency: Idempotency
  readonly #starts = new UnacceptedStarts()

  constructor(options: CommandHandlerOptions) {
    this.#options = options
    const { facts, log } = options
    this.#refusals = new Refusals(facts, log, options.conditions)
    this.#scopeRefusals = new ScopeRefusals({
      refusals: this.#refusals,
      onFault: options.onFault,
    })
    this.#idempotency = new Idempotency({
      facts,
      log,
      refusals: this.#refusals,
      execute: (command) =>
        isCustodyCommand(command) ? options.custody(command) : this.#execute(command),
    })
  }

  /**
   * Carries out a command. Resolves with its answer when the outcome is confirmed and durable; a
   * repeated idempotency key gets the first answer. Rejects with a RecorderError; a refusal is in
   * the log before that.
   */
  dispatch(command: Command): Promise<CommandAnswer> {
    return this.#idempotency.dispatch(command)
  }

  /**
   * Records a command that was refused for its scope. Resolves when it is in the log or counted.
   */
  recordScopeRefusal(refusal: ScopeRefusal): Promise<void> {
    return this.#scopeRefusals.record(refusal)
  }

  /** Records the refusals that have only been counted so far. */
  close(): Promise<void> {
    return this.#scopeRefusals.close()
  }

  /** Stops a recording's capture in the name of the system. */
  async systemStop(recordingId: string, reason: WrapUpReason): Promise<void> {
    const { by } = this.#options.system
    await this.#execute({ name: 'track.stop', recordingId, request: {}, by }, reason)
  }

  /** Pauses media in the name of the system. */
  async systemPause(id: string, media: Medium[], reason: 'locked' | 'suspended'): Promise<void> {
    const { by } = this.#options.system
    await this.#execute({ name: 'track.pause', recordingId: id, request: { media, reason }, by })
  }

  /** Resumes media in the name of the system. */
  async systemResume(recordingId: string, media: Medium[]): Promise<void> {
    const { by } = this.#options.system
    await this.#execute({ name: 'track.resume', recordingId, request: { media }, by })
  }

  /** Closes a recording in the name of the system. */
  async systemClose(recordingId: string): Promise<void> {
    const { by } = this.#options.system
    await this.#execute({ name: 'recording.close', recordingId, request: {}, by })
  }

  async #execute(
    command: MachineCommand,
    reason: WrapUpReason = 'stopped',
  ): Promise<CommandAnswer> {
    const { facts } = this.#options
    const { recordingId } = command
    if (recordingId !== null && recordingId !== 'current' && !facts.recordings.has(recordingId)) {
      if (command.name === 'recording.consent') return this.#options.custody(command)
      return this.#refusals.refuseAbsent(command, recordingId)
    }
    const permission = endsCapture(command) ? this.#arbitrateEnd(command) : this.#arbitrate(command)
    if (isRefusal(permission)) return this.#refusals.refuse(command, permission)
    if (command.name === 'recording.start' || command.name === 'track.start')
      return this.#start(command, permission)
    const missing = this.#spaceObstacle(command)
    if (missing) return failAtOnce(facts, command, permission, missing)
    return this.#accept(command, permission, reason)
  }

  #arbitrate(command: MachineCommand): Permission | Refusal {
    const { facts, rules } = this.#options
    const decision = arbitrate(facts.recordings, command)
    if (isRefusal(decision)) return decision
    const lack = lackOfConsent(command, decision.recording, rules().consent)
    return lack ?? arbitrateLock(command, decision, this.#options.lock())
  }

  /**
   * Arbitrates a command that ends capture, and interrupts the starts that it overtakes. It does
   * so, too, when it is refused because there is no track yet that it could end.
   */
  #arbitrateEnd(command: EndCommand): Permission | Refusal {
    const { recordings } = this.#options.facts
    const named = this.#starts.namedBy(command, currentRecording(recordings)?.id)
    const overtaken = named.filter((start) => mayOvertake(command, start))
    const tracks = overtaken.filter(({ arrived }) => arrived.recordingId !== null)
    const media = tracks.flatMap(({ arrived }) => arrived.media)
    const decision = arbitrate(recordings, command, media)
    if (isRefusal(decision) && decision.code === 'VERSION_MISMATCH') return decision
    for (const start of overtaken) start.interrupt(overtakenError())
    // The word of a customer who was about to be recorded says nothing about another recording.
    if (command.name === 'recording.consent' && tracks.length < overtaken.length)
      return { code: 'NO_CURRENT_RECORDING', detail: 'The start was ended; nothing is recorded.' }
    const foreign = named.find((start) => !overtaken.includes(start))
    if (!isRefusal(decision) || decision.code !== 'NO_CURRENT_RECORDING' || !foreign)
      return decision
    return startHeld(foreign.arrived.by, foreign.arrived.since)
  }

  /** Finds the devices of a permitted start and checks the disk, then accepts it. */
  async #start(command: StartCommand, permitted: Permission): Promise<CommandAnswer> {
    const { now } = this.#options
    const { by, request } = command
    const { recording } = permitted
    const media = command.name === 'recording.start' ? command.request.media : permitted.media
    const recordingType =
      command.name === 'recording.start'
        ? command.request.recordingType
        : (recording as RecordingFold).session.context.recordingType
    const recordingId = recording?.id ?? null
    const since = new Date(now()).toISOString()
    const start = this.#starts.add({ by, recordingId, media, recordingType, since })
    const preparing = prepareStart(this.#options, media, request.devices, recording)
    let prepared: PreparedStart | undefined
    try {
      prepared = await start.unlessInterrupted(preparing)
    } finally {
      // From here to the acceptance nothing may wait: a pause or stop must find the start either
      // among these or among the accepted.
      this.#starts.delete(start)
    }
    const permission = this.#arbitrateAgain(command, permitted, start, prepared)
    if (typeof permission === 'function') {
      void preparing.then(({ discard }) => discard()).catch(() => {})
      return permission()
    }
    return this.#accept(command, permission, 'stopped', prepared)
  }

  /**
   * Arbitrates a start that has been prepared: finding devices takes time, and what was allowed
   * before may not be allowed now. Returns how to refuse it, if it cannot go on.
   */
  #arbitrateAgain(
    command: StartCommand,
    permitted: Permission,
    { interruption, arrived: { recordingId } }: UnacceptedStart,
    prepared: PreparedStart | undefined,
  ): Permission | (() => Promise<never>) {
    const { facts } = this.#options
    const { failure } = facts
    if (failure)
      return () => {
        throw failure
      }
    if (interruption) return () => failAtOnce(facts, command, permitted, { error: interruption })
    if (recordingId !== null && !facts.recordings.has(recordingId))
      return () => this.#refusals.refuseAbsent(command, recordingId)
    const same = recordingId === null ? command : { ...command, recordingId }
    const permission = this.#arbitrate(same)
    if (isRefusal(permission)) return () => this.#refusals.refuse(command, permission)
    const missing = this.#spaceObstacle(command) ?? prepared?.obstacle(command)
    return missing ? () => failAtOnce(facts, command, permission, missing) : permission
  }

  /** Ends the starts that are not accepted yet, because the log has failed. */
  interruptStarts(reason: RecorderError): void {
    this.#starts.interruptAll(reason)
  }

  #accept(
    command: MachineCommand,
    permission: Permission,
    reason: WrapUpReason,
    prepared?: PreparedStart,
  ): Promise<CommandAnswer> {
    const cause: FactCause = { by: command.by, commandId: randomUUID() }
    const id = permission.recording?.id ?? (prepared as PreparedStart).id
    const devices: FoundDevices = prepared?.devices ?? new Map()
    const { facts, system } = this.#options
    const pending = facts.accept(cause, (batch) => {
      const context = { id, permission, devices, reason, facts, system }
      const segments = planCommand(batch, command, context)
      return new PendingCommand(command, cause, id, segments)
    })
    return this.#answerWithinLimit(pending)
  }

  #answerWithinLimit(pending: PendingCommand): Promise<CommandAnswer> {
    // A tag waits for the disk alone, which has a limit of its own.
    if (!this.#options.facts.isPending(pending)) return pending.answered
    const limit = pending.goal === 'flowing' ? START_LIMIT_MS : END_LIMIT_MS
    const watch = new StallWatch(limit, () => this.#options.facts.expire(pending))
    return pending.answered.finally(() => watch.stop())
  }

  /**
   * Resume relies on the last known disk state: waiting for a fresh one would let a later pause
   * overtake it.
   */
  #spaceObstacle({ name }: Command): StartObstacle | undefined {
    if (name !== 'recording.start' && name !== 'track.start' && name !== 'track.resume')
      return undefined
    const { shortage } = this.#options.diskWatch
    return shortage && { error: shortage }
  }
}
