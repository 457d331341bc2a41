import { randomUUID } from 'node:crypto'
import type { CapturePlatform } from '../../actors/port.ts'
import type { By } from '../../contract/by.ts'
import type { Command, TagValue } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import type { CommandAnswer, EventLog } from '../../store/port.ts'
import type { DiskWatch } from '../disk/disk-watch.ts'
import type { EventBatch, FactCause, WrapUpReason } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { PendingCommand } from '../facts/pending-command.ts'
import type { SegmentRef } from '../facts/segment-ledger.ts'
import { arbitrate, isRefusal, type Permission } from './arbitration.ts'
import { type FoundDevices, findDevices } from './find-devices.ts'
import { Idempotency } from './idempotency.ts'
import { planClose } from './plans/plan-close.ts'
import { planPause } from './plans/plan-pause.ts'
import { planResume } from './plans/plan-resume.ts'
import { planStart } from './plans/plan-start.ts'
import { planStop } from './plans/plan-stop.ts'
import { planTag } from './plans/plan-tag.ts'
import { planTrackStart } from './plans/plan-track-start.ts'
import { Refusals } from './refusals.ts'

/** The parts that a command handler works with. */
export interface CommandHandlerOptions {
  facts: FactPipeline
  log: EventLog
  platform: Pick<CapturePlatform, 'resolve'>
  diskWatch: Pick<DiskWatch, 'isStale' | 'check' | 'shortage'>
  system: { by: By & { side: 'system' }; tags: Record<string, TagValue>; quality: Quality }
}

/** Why a start or resume cannot be carried out: a medium has no device, or the disk no space. */
interface StartObstacle {
  medium?: Medium
  error: RecorderError
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
  readonly #idempotency: Idempotency

  constructor(options: CommandHandlerOptions) {
    this.#options = options
    const { facts, log } = options
    this.#refusals = new Refusals(facts, log)
    this.#idempotency = new Idempotency({
      facts,
      log,
      refusals: this.#refusals,
      execute: (command) => this.#execute(command),
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

  /** Stops a recording's capture in the name of the system. */
  async systemStop(recordingId: string, reason: WrapUpReason): Promise<void> {
    const { by } = this.#options.system
    await this.#execute({ name: 'track.stop', recordingId, request: {}, by }, reason)
  }

  /** Closes a recording in the name of the system. */
  async systemClose(recordingId: string): Promise<void> {
    const { by } = this.#options.system
    await this.#execute({ name: 'recording.close', recordingId, request: {}, by })
  }

  async #execute(command: Command, reason: WrapUpReason = 'stopped'): Promise<CommandAnswer> {
    const { facts } = this.#options
    const { recordingId } = command
    if (recordingId !== null && recordingId !== 'current' && !facts.recordings.has(recordingId)) {
      return this.#refusals.refuseAbsent(command, recordingId)
    }
    let permission = arbitrate(facts.recordings, command)
    if (isRefusal(permission)) return this.#refusals.refuse(command, permission)
    let devices: FoundDevices | undefined
    if (command.name === 'recording.start' || command.name === 'track.start') {
      const { diskWatch } = this.#options
      const checked = diskWatch.isStale ? diskWatch.check() : undefined
      const { name, request } = command
      const media = name === 'recording.start' ? request.media : permission.media
      const { recording } = permission
      devices = await findDevices(this.#options.platform, media, request.devices, recording)
      if (checked) await checked
      // Finding devices takes time: what was allowed before may not be allowed now.
      permission = arbitrate(facts.recordings, command)
      if (isRefusal(permission)) return this.#refusals.refuse(command, permission)
    }
    const missing = this.#spaceObstacle(command) ?? (devices && deviceObstacle(command, devices))
    if (missing) return this.#failAtOnce(command, permission, missing)
    return this.#accept(command, permission, devices ?? new Map(), reason)
  }

  #accept(
    command: Command,
    permission: Permission,
    devices: FoundDevices,
    reason: WrapUpReason,
  ): Promise<CommandAnswer> {
    const cause: FactCause = { by: command.by, commandId: randomUUID() }
    const id = permission.recording?.id ?? randomUUID()
    const pending = this.#options.facts.accept(cause, (batch) => {
      const segments = this.#plan(batch, command, id, permission, devices, reason)
      return new PendingCommand(command, cause, id, segments)
    })
    return this.#answerWithinLimit(pending)
  }

  #answerWithinLimit(pending: PendingCommand): Promise<CommandAnswer> {
    const limit = pending.goal === 'flowing' ? START_LIMIT_MS : END_LIMIT_MS
    const timer = setTimeout(() => this.#options.facts.expire(pending), limit)
    timer.unref()
    return pending.answered.finally(() => clearTimeout(timer))
  }

  #plan(
    batch: EventBatch,
    command: Command,
    id: string,
    { media }: Permission,
    devices: FoundDevices,
    reason: WrapUpReason,
  ): SegmentRef[] {
    switch (command.name) {
      case 'recording.start':
        return planStart(batch, id, command.request, devices, this.#options.system)
      case 'recording.tag':
        return planTag(batch, id, command.request)
      case 'recording.close':
        return planClose(batch, id, this.#options.facts.ledger)
      case 'track.start':
        return planTrackStart(batch, id, media, devices)
      case 'track.resume':
        return planResume(batch, id, media)
      case 'track.pause':
        return planPause(batch, id, media, command.request)
      case 'track.stop':
        return planStop(batch, id, media, reason)
    }
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

  /** Records a start or resume that cannot succeed as accepted and failed, then throws why. */
  async #failAtOnce(
    command: Command,
    { recording }: Permission,
    obstacle: StartObstacle,
  ): Promise<never> {
    const { error } = obstacle
    const which = obstacle.medium ? { medium: obstacle.medium } : {}
    const id = recording?.id ?? null
    await this.#options.facts.append({ by: command.by, commandId: randomUUID() }, (batch) => {
      batch.add(id, 'command.accepted', { command: command.name })
      batch.add(id, 'command.failed', {
        command: command.name,
        code: error.code,
        detail: error.message,
        ...which,
      })
    })
    throw new RecorderError(error.code, error.message, { cause: error, members: which })
  }
}

/** The first medium whose missing device prevents a start. */
function deviceObstacle(command: Command, devices: FoundDevices): StartObstacle | undefined {
  const any = command.name === 'recording.start' && command.request.require === 'any'
  const missing = [...devices].flatMap(([medium, device]) =>
    device instanceof RecorderError ? [{ medium, error: device }] : [],
  )
  return any && missing.length < devices.size ? undefined : missing[0]
}
