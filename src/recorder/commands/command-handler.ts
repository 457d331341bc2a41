import { randomUUID } from 'node:crypto'
import type { CapturePlatform } from '../../actors/port.ts'
import type { Command, IdempotencyKey, TagValue } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { By, ClientSide, Device, Medium } from '../../contract/media.ts'
import type { Quality } from '../../contract/quality.ts'
import { recordingState, trackState } from '../../machines/recording-fold.ts'
import type { EventLog, StoredAnswer } from '../../store/types.ts'
import type { StorageWatch } from '../disk/disk-watch.ts'
import type { Cause, Transaction, WrapUpReason } from '../facts/event-batch.ts'
import type { Funnel } from '../facts/fact-pipeline.ts'
import { InFlight } from '../facts/pending-command.ts'
import type { RecordingClock } from '../live-recording.ts'
import { currentOf } from '../open-recordings.ts'
import { allowedCommands, isRefusal, type Judgement, judge, type Refusal } from './arbitration.ts'
import { type FoundDevices, planStart, planTracks } from './plan.ts'

/** What the desk works with. */
export interface DeskOptions {
  funnel: Funnel
  log: EventLog
  platform: Pick<CapturePlatform, 'resolve'>
  storage: Pick<StorageWatch, 'isStale' | 'look' | 'shortage'>
  system: { by: By & { side: 'system' }; tags: Record<string, TagValue>; quality: Quality }
  now(): number
  onFault(what: string, error: unknown): void
}

/** What a start lacks: a medium's device, or space. */
interface Missing {
  medium?: Medium
  error: RecorderError
}

/** Captures and files have limits of their own, well below these; what exceeds them is a fault that must not leave a client waiting. */
const START_LIMIT_MS = 12_000
const END_LIMIT_MS = 6_000

/** Where commands arrive: refuses them, or makes them facts, and answers when their outcome is confirmed and durable. */
export class CommandDesk {
  readonly #options: DeskOptions
  readonly #underWay = new Map<string, IdempotencyKey>()

  constructor(options: DeskOptions) {
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
    const { world } = this.#options.funnel
    const recording =
      recordingId === null || recordingId === 'current' ? currentOf(world) : world.get(recordingId)
    const detail = 'The first request with this Idempotency-Key has not been answered yet.'
    return { code: 'IN_FLIGHT', detail, ...(recording ? { recording } : {}) }
  }

  /** Ends capture on the recorder's own account. */
  async systemStop(recordingId: string, reason: WrapUpReason): Promise<void> {
    const { by } = this.#options.system
    await this.#carryOut({ name: 'track.stop', recordingId, request: {}, by }, reason)
  }

  /** A clock of a recording has fired: its time, or that of a track's pause, is over. */
  clockFired(id: string, clock: RecordingClock, medium?: Medium): void {
    const { funnel, system, onFault } = this.#options
    // With the log closed for now, recovery arms the clock again.
    if (funnel.failure) return
    if (clock === 'pause') {
      this.#pauseOverdue(id, medium as Medium)
      return
    }
    const command: Command =
      clock === 'maxDuration'
        ? { name: 'track.stop', recordingId: id, request: {}, by: system.by }
        : { name: 'recording.close', recordingId: id, request: {}, by: system.by }
    // Somebody may have been faster; that is no refusal worth an entry in the log.
    if (!funnel.world.has(id) || isRefusal(judge(funnel.world, command))) return
    const done = this.#carryOut(command, 'maxDuration')
    done.catch((error) => onFault(`the ${clock} clock`, error))
  }

  /** Says loudly that a pause lasts too long. It never ends by itself: nobody knows what may be heard or seen now. */
  #pauseOverdue(id: string, medium: Medium): void {
    const { funnel, system, onFault } = this.#options
    const track = funnel.world.get(id)?.tracks[medium]
    // Another pause may have begun meanwhile, with another limit or none.
    const isOver = Date.parse(track?.context.overdueAt ?? '') <= this.#options.now()
    if (track === undefined || trackState(track) !== 'paused' || !isOver) return
    const detail = `The pause of the ${medium} was to be over at ${track.context.overdueAt}.`
    funnel
      .transact({ by: system.by, commandId: null }, (tx) => {
        tx.add(id, 'warning.raised', { code: 'PAUSE_OVERDUE', medium, detail })
        return undefined
      })
      .catch((error) => onFault('the pause clock', error))
  }

  async #carryOut(command: Command, reason: WrapUpReason = 'stopped'): Promise<StoredAnswer> {
    const { funnel } = this.#options
    const { recordingId } = command
    if (recordingId !== null && recordingId !== 'current' && !funnel.world.has(recordingId)) {
      return this.#refuseAbsent(command, recordingId)
    }
    let judged = judge(funnel.world, command)
    if (isRefusal(judged)) return this.#refuse(command, judged)
    let devices: FoundDevices | undefined
    if (command.name === 'recording.start' || command.name === 'track.start') {
      const { storage } = this.#options
      const looked = storage.isStale ? storage.look() : undefined
      devices = await this.#findDevices(command, judged)
      if (looked) await looked
      // Looking for devices took time: what was allowed then may not be now.
      judged = judge(funnel.world, command)
      if (isRefusal(judged)) return this.#refuse(command, judged)
    }
    const missing = this.#withoutSpace(command) ?? (devices && unavailable(command, devices))
    if (missing) return this.#failAtOnce(command, judged, missing)
    return this.#accept(command, judged, devices ?? new Map(), reason)
  }

  #accept(
    command: Command,
    judged: Judgement,
    devices: FoundDevices,
    reason: WrapUpReason,
  ): Promise<StoredAnswer> {
    const { funnel } = this.#options
    const cause: Cause = { by: command.by, commandId: randomUUID() }
    const id = judged.recording?.id ?? randomUUID()
    let flight: InFlight | undefined
    const durable = funnel.transact(cause, (tx) => {
      flight = this.#plan(tx, command, cause, id, judged, devices, reason)
      return flight
    })
    // `transact` builds before it waits; without a flight it has not accepted the command.
    if (!flight)
      return durable.then(() =>
        Promise.reject(new RecorderError('INTERNAL', 'The command was lost.')),
      )
    durable.catch(() => {
      // Whoever waits for the command has been told.
    })
    return this.#answer(flight)
  }

  #answer(flight: InFlight): Promise<StoredAnswer> {
    const limit = flight.goal === 'flowing' ? START_LIMIT_MS : END_LIMIT_MS
    const timer = setTimeout(() => this.#options.funnel.expire(flight), limit)
    timer.unref()
    return flight.answered.finally(() => clearTimeout(timer))
  }

  #plan(
    tx: Transaction,
    command: Command,
    cause: Cause,
    id: string,
    { media }: Judgement,
    devices: FoundDevices,
    reason: WrapUpReason,
  ): InFlight {
    switch (command.name) {
      case 'recording.start':
        return new InFlight(
          command,
          cause,
          id,
          'flowing',
          planStart(tx, id, command.request, devices, this.#options.system),
        )
      case 'recording.tag':
        tx.accept(id, command.name)
        tx.confirm(id)
        tx.add(id, 'recording.tagged', { tags: command.request.tags })
        return new InFlight(command, cause, id, 'ended', [])
      case 'recording.close':
        tx.accept(id, command.name)
        return new InFlight(command, cause, id, 'ended', this.#options.funnel.books.unfinished(id))
      default: {
        const found = devices as Map<Medium, Device>
        const maxPauseSeconds =
          command.name === 'track.pause' ? command.request.maxPauseSeconds : undefined
        const waits = planTracks(tx, id, command.name, media, {
          devices: found,
          reason,
          maxPauseSeconds,
        })
        const flows = command.name === 'track.start' || command.name === 'track.resume'
        return new InFlight(command, cause, id, flows ? 'flowing' : 'ended', waits)
      }
    }
  }

  async #findDevices(command: Command, { recording, media }: Judgement): Promise<FoundDevices> {
    const { request } = command as Extract<Command, { name: 'recording.start' | 'track.start' }>
    const wanted = command.name === 'recording.start' ? command.request.media : media
    const found = await Promise.all(
      wanted.map(async (medium) => {
        const before = recording?.tracks[medium].context.device?.id
        const device = await this.#options.platform
          .resolve(medium, request.devices[medium] ?? before)
          .catch((error) =>
            error instanceof RecorderError
              ? error
              : new RecorderError('DEVICE_UNAVAILABLE', `The ${medium} could not be looked for.`, {
                  cause: error,
                }),
          )
        return [medium, device] as const
      }),
    )
    return new Map(found)
  }

  /** Of a resume, what is known must do: were it to wait for the disk, a pause that comes after it could be done before it. */
  #withoutSpace({ name }: Command): Missing | undefined {
    if (name !== 'recording.start' && name !== 'track.start' && name !== 'track.resume')
      return undefined
    const { shortage } = this.#options.storage
    return shortage && { error: shortage }
  }

  /** Accepts a start that is bound to fail, so that the log tells of it, and says why it failed. */
  async #failAtOnce(command: Command, { recording }: Judgement, missing: Missing): Promise<never> {
    const { error } = missing
    const which = missing.medium ? { medium: missing.medium } : {}
    const id = recording?.id ?? null
    await this.#options.funnel.transact({ by: command.by, commandId: randomUUID() }, (tx) => {
      tx.add(id, 'command.accepted', { command: command.name })
      tx.add(id, 'command.failed', {
        command: command.name,
        code: error.code,
        detail: error.message,
        ...which,
      })
      return undefined
    })
    throw new RecorderError(error.code, error.message, { cause: error, members: which })
  }

  async #refuseAbsent(command: Command, id: string): Promise<never> {
    const version = this.#options.funnel.books.closingVersion(id)
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

  /** Writes a refusal into the log, then throws it. */
  async #refuse(
    command: Command,
    refusal: Refusal,
    closed?: { id: string; version: number },
  ): Promise<never> {
    const { funnel } = this.#options
    const { code, detail, recording } = refusal
    await funnel.transact({ by: command.by, commandId: randomUUID() }, (tx) => {
      tx.refuse(recording ?? closed ?? null, { command: command.name, code, detail })
      return undefined
    })
    const members = recording
      ? this.#standing(refusal, command.by.side as ClientSide)
      : closed
        ? this.#closed(closed.id, command.by.side as ClientSide)
        : {}
    throw new RecorderError(code, detail, { members })
  }

  /** What a refused client is told of the recording that stands in its way. */
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
    const mayStart = allowedCommands(currentOf(this.#options.funnel.world), side).includes('start')
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

/** The medium for want of which a start cannot be carried out. */
function unavailable(command: Command, devices: FoundDevices): Missing | undefined {
  const any = command.name === 'recording.start' && command.request.require === 'any'
  const missing = [...devices].flatMap(([medium, device]) =>
    device instanceof RecorderError ? [{ medium, error: device }] : [],
  )
  return any && missing.length < devices.size ? undefined : missing[0]
}
