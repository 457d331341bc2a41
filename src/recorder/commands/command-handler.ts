import { randomUUID } from 'node:crypto'
import type { CapturePlatform } from '../../actors/port.ts'
import type { Command, IdempotencyKey, TagValue } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { By, ClientSide, Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import { recordingState, trackState } from '../../machines/recording-fold.ts'
import type { EventLog, StoredAnswer } from '../../store/types.ts'
import type { DiskWatch } from '../disk/disk-watch.ts'
import type { EventBatch, FactCause, WrapUpReason } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { PendingCommand } from '../facts/pending-command.ts'
import type { SegmentRef } from '../facts/segment-ledger.ts'
import type { RecordingClock } from '../live-recording.ts'
import { currentRecording } from '../open-recordings.ts'
import {
  allowedCommands,
  arbitrate,
  isRefusal,
  type Permission,
  type Refusal,
} from './arbitration.ts'
import { type FoundDevices, findDevices } from './find-devices.ts'
import { planClose } from './plans/plan-close.ts'
import { planPause } from './plans/plan-pause.ts'
import { planResume } from './plans/plan-resume.ts'
import { planStart } from './plans/plan-start.ts'
import { planStop } from './plans/plan-stop.ts'
import { planTag } from './plans/plan-tag.ts'
import { planTrackStart } from './plans/plan-track-start.ts'

/** The parts that a command handler works with. */
export interface CommandHandlerOptions {
  facts: FactPipeline
  log: EventLog
  platform: Pick<CapturePlatform, 'resolve'>
  storage: Pick<DiskWatch, 'isStale' | 'look' | 'shortage'>
  system: { by: By & { side: 'system' }; tags: Record<string, TagValue>; quality: Quality }
  now(): number
  onFault(what: string, error: unknown): void
}

/** Why a start cannot be carried out: a medium has no device, or the disk has no space. */
interface Missing {
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
  readonly #underWay = new Map<string, IdempotencyKey>()

  constructor(options: CommandHandlerOptions) {
    this.#options = options
  }

  async dispatch(command: Command): Promise<StoredAnswer> {
    const { idempotency } = command
    if (!idempotency) return this.#carryOut(command)
    const key = JSON.stringify([idempotency.client, idempotency.key])
    const first = this.#underWay.get(key)
    if (first)
      return this.#refuse(
        command,
        sameRequest(first.fingerprint, idempotency) ?? this.#inFlight(command),
      )
    this.#underWay.set(key, idempotency)
    try {
      const kept = this.#options.log.hasAnswer(idempotency)
        ? await this.#options.log.answer(idempotency)
        : undefined
      if (!kept) return await this.#carryOut(command)
      const mismatch = sameRequest(kept.fingerprint, idempotency)
      return mismatch ? await this.#refuse(command, mismatch) : kept.answer
    } finally {
      this.#underWay.delete(key)
    }
  }

  #inFlight({ recordingId }: Command): Refusal {
    const { recordings } = this.#options.facts
    const recording =
      recordingId === null || recordingId === 'current'
        ? currentRecording(recordings)
        : recordings.get(recordingId)
    const detail = 'The first request with this Idempotency-Key has not been answered yet.'
    return { code: 'IN_FLIGHT', detail, ...(recording ? { recording } : {}) }
  }

  /** Stops a recording's capture in the name of the system. */
  async systemStop(recordingId: string, reason: WrapUpReason): Promise<void> {
    const { by } = this.#options.system
    await this.#carryOut({ name: 'track.stop', recordingId, request: {}, by }, reason)
  }

  /** Acts on a clock of a recording that has fired. `medium`: the paused track, for a pause. */
  clockFired(id: string, clock: RecordingClock, medium?: Medium): void {
    const { facts, system, onFault } = this.#options
    // With the log closed for now, recovery arms the clock again.
    if (facts.failure) return
    if (clock === 'pause') {
      this.#pauseOverdue(id, medium as Medium)
      return
    }
    const command: Command =
      clock === 'maxDuration'
        ? { name: 'track.stop', recordingId: id, request: {}, by: system.by }
        : { name: 'recording.close', recordingId: id, request: {}, by: system.by }
    // Another command may have come first; that refusal is not worth an event.
    if (!facts.recordings.has(id) || isRefusal(arbitrate(facts.recordings, command))) return
    const done = this.#carryOut(command, 'maxDuration')
    done.catch((error) => onFault(`the ${clock} clock`, error))
  }

  /**
   * Warns that a pause has exceeded its limit. A pause never ends by itself: nobody knows what
   * could be heard or seen now.
   */
  #pauseOverdue(id: string, medium: Medium): void {
    const { facts, system, onFault } = this.#options
    const track = facts.recordings.get(id)?.tracks[medium]
    // Another pause may have begun meanwhile, with another limit or none.
    const isOver = Date.parse(track?.context.overdueAt ?? '') <= this.#options.now()
    if (track === undefined || trackState(track) !== 'paused' || !isOver) return
    const detail = `The pause of the ${medium} has exceeded its limit: it should have ended at ${track.context.overdueAt}.`
    facts
      .append({ by: system.by, commandId: null }, (batch) => {
        batch.add(id, 'warning.raised', { code: 'PAUSE_OVERDUE', medium, detail })
      })
      .catch((error) => onFault('the pause clock', error))
  }

  async #carryOut(command: Command, reason: WrapUpReason = 'stopped'): Promise<StoredAnswer> {
    const { facts } = this.#options
    const { recordingId } = command
    if (recordingId !== null && recordingId !== 'current' && !facts.recordings.has(recordingId)) {
      return this.#refuseAbsent(command, recordingId)
    }
    let permission = arbitrate(facts.recordings, command)
    if (isRefusal(permission)) return this.#refuse(command, permission)
    let devices: FoundDevices | undefined
    if (command.name === 'recording.start' || command.name === 'track.start') {
      const { storage } = this.#options
      const looked = storage.isStale ? storage.look() : undefined
      const { name, request } = command
      const media = name === 'recording.start' ? request.media : permission.media
      const { recording } = permission
      devices = await findDevices(this.#options.platform, media, request.devices, recording)
      if (looked) await looked
      // Finding devices takes time: what was allowed before may not be allowed now.
      permission = arbitrate(facts.recordings, command)
      if (isRefusal(permission)) return this.#refuse(command, permission)
    }
    const missing = this.#withoutSpace(command) ?? (devices && unavailable(command, devices))
    if (missing) return this.#failAtOnce(command, permission, missing)
    return this.#accept(command, permission, devices ?? new Map(), reason)
  }

  #accept(
    command: Command,
    permission: Permission,
    devices: FoundDevices,
    reason: WrapUpReason,
  ): Promise<StoredAnswer> {
    const cause: FactCause = { by: command.by, commandId: randomUUID() }
    const id = permission.recording?.id ?? randomUUID()
    const pending = this.#options.facts.accept(cause, (batch) => {
      const segments = this.#plan(batch, command, id, permission, devices, reason)
      return new PendingCommand(command, cause, id, segments)
    })
    return this.#answer(pending)
  }

  #answer(pending: PendingCommand): Promise<StoredAnswer> {
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
  #withoutSpace({ name }: Command): Missing | undefined {
    if (name !== 'recording.start' && name !== 'track.start' && name !== 'track.resume')
      return undefined
    const { shortage } = this.#options.storage
    return shortage && { error: shortage }
  }

  /** Records a start that is bound to fail as accepted and failed, then throws why. */
  async #failAtOnce(command: Command, { recording }: Permission, missing: Missing): Promise<never> {
    const { error } = missing
    const which = missing.medium ? { medium: missing.medium } : {}
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

  async #refuseAbsent(command: Command, id: string): Promise<never> {
    const version = this.#options.facts.ledger.closingVersion(id)
    const view = version === undefined ? await this.#options.log.recording(id) : { version }
    if (!view)
      return this.#refuse(command, {
        code: 'RECORDING_NOT_FOUND',
        detail: 'No recording has this id.',
      })
    const refusal: Refusal = {
      code: 'RECORDING_CLOSED',
      detail: 'The recording is closed; nothing can be changed in it.',
    }
    return this.#refuse(command, refusal, { id, version: view.version })
  }

  /** Appends a refusal to the log, then throws it. */
  async #refuse(
    command: Command,
    refusal: Refusal,
    closed?: { id: string; version: number },
  ): Promise<never> {
    const { facts } = this.#options
    const { code, detail, recording } = refusal
    await facts.append({ by: command.by, commandId: randomUUID() }, (batch) => {
      batch.refuse(recording ?? closed ?? null, { command: command.name, code, detail })
    })
    const members = recording
      ? this.#standing(refusal, command.by.side as ClientSide)
      : closed
        ? this.#closed(closed.id, command.by.side as ClientSide)
        : {}
    throw new RecorderError(code, detail, { members })
  }

  /** The members of a 409 answer about the recording that prevents the command. */
  #standing({ code, recording }: Refusal, side: ClientSide): Record<string, unknown> {
    if (!recording) return {}
    const { id, owner } = recording
    const view = this.#options.log.open().find((open) => open.id === id)
    const members = {
      recordingId: id,
      state: recordingState(recording.session),
      allowedCommands: allowedCommands(recording, side),
    }
    if (!code.startsWith('CONTROL_HELD')) return members
    return {
      ...members,
      holder: {
        side: owner,
        client: view?.startedBy.client ?? owner,
        since: view?.startedAt ?? null,
      },
    }
  }

  #closed(recordingId: string, side: ClientSide): Record<string, unknown> {
    const mayStart = allowedCommands(
      currentRecording(this.#options.facts.recordings),
      side,
    ).includes('start')
    return { recordingId, state: 'Closed', allowedCommands: mayStart ? ['start'] : [] }
  }
}

function sameRequest(
  fingerprint: string,
  { fingerprint: now }: IdempotencyKey,
): Refusal | undefined {
  if (fingerprint === now) return undefined
  return {
    code: 'IDEMPOTENCY_MISMATCH',
    detail: 'This Idempotency-Key was used with another request.',
  }
}

/** The first medium whose missing device prevents a start. */
function unavailable(command: Command, devices: FoundDevices): Missing | undefined {
  const any = command.name === 'recording.start' && command.request.require === 'any'
  const missing = [...devices].flatMap(([medium, device]) =>
    device instanceof RecorderError ? [{ medium, error: device }] : [],
  )
  return any && missing.length < devices.size ? undefined : missing[0]
}
