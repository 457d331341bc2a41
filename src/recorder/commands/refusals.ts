import { randomUUID } from 'node:crypto'
import type { Side } from '../../contract/by.ts'
import type { Command } from '../../contract/commands.ts'
import { RecorderError } from '../../contract/errors.ts'
import {
  allowedCommands,
  allowedOnClosed,
  type CaptureConditions,
} from '../../machines/allowed-commands.ts'
import { recordingState } from '../../machines/recording-fold.ts'
import type { EventLog } from '../../store/port.ts'
import { takesConsent } from '../custody/consent.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { currentRecording } from '../open-recordings.ts'
import type { Refusal } from './arbitration.ts'

/** Records refusals and explains them to the client. */
export class Refusals {
  readonly #facts: Pick<FactPipeline, 'append' | 'recordings' | 'ledger'>
  readonly #log: Pick<EventLog, 'recording' | 'hasRecording'>
  readonly #conditions: () => CaptureConditions

  constructor(
    facts: Pick<FactPipeline, 'append' | 'recordings' | 'ledger'>,
    log: Pick<EventLog, 'recording' | 'hasRecording'>,
    conditions: () => CaptureConditions,
  ) {
    this.#facts = facts
    this.#log = log
    this.#conditions = conditions
  }

  /**
   * Refuses a command on a recording that is not open: it is closed, or there never was one.
   * @throws RecorderError always.
   */
  async refuseAbsent(command: Command, id: string): Promise<never> {
    if (!(await this.#isClosed(id)))
      return this.refuse(command, {
        code: 'RECORDING_NOT_FOUND',
        detail: 'No recording has this id.',
      })
    const refusal: Refusal = {
      code: 'RECORDING_CLOSED',
      detail: 'The recording is closed. It accepts only consent, holds and erasure.',
    }
    return this.refuse(command, refusal, id)
  }

  /**
   * Appends a refusal to the log, then throws it. `closedId`: the recording, if it is not open.
   * @throws RecorderError always.
   */
  async refuse(command: Command, refusal: Refusal, closedId?: string): Promise<never> {
    const { code, detail, recording, medium } = refusal
    const data = { command: command.name, code, detail, ...(medium ? { medium } : {}) }
    await this.#facts.append({ by: command.by, commandId: randomUUID() }, (batch) => {
      batch.refuse(recording?.id ?? closedId ?? null, data)
    })
    const members = { ...(await this.#members(command, refusal, closedId)), ...refusal.members }
    throw new RecorderError(code, detail, { members })
  }

  /**
   * Appends a refusal that another part answers. `count`: how many refusals the event stands for.
   */
  async record(
    { name, recordingId, by }: Pick<Command, 'name' | 'recordingId' | 'by'>,
    { code, detail }: Refusal,
    count: number,
  ): Promise<void> {
    const id = recordingId ?? 'none'
    const isClosed = !this.#isOpen(id) && (await this.#isClosed(id))
    await this.#facts.append({ by, commandId: randomUUID() }, (batch) => {
      const { recordings } = batch
      const open = id === 'current' ? currentRecording(recordings) : recordings.get(id)
      const more = count > 1 ? { count } : {}
      const refused = open?.id ?? (isClosed ? id : null)
      batch.refuse(refused, { command: name, code, detail, ...more })
    })
  }

  #isOpen(id: string): boolean {
    return id === 'none' || id === 'current' || this.#facts.recordings.has(id)
  }

  /** Whether a recording that is not open is there: its closing may not be durable yet. */
  async #isClosed(id: string): Promise<boolean> {
    if (this.#facts.ledger.closingVersion(id) !== undefined) return true
    return this.#log.hasRecording(id)
  }

  async #members(
    { by: { side } }: Command,
    refusal: Refusal,
    closedId: string | undefined,
  ): Promise<Record<string, unknown>> {
    const { recording, holder } = refusal
    if (recording) return this.#standing(refusal, side)
    if (closedId !== undefined) return this.#closed(closedId, side)
    if (!holder) return {}
    const current = currentRecording(this.#facts.recordings)
    return { allowedCommands: allowedCommands(current, side, this.#conditions()), holder }
  }

  /** The members of a 409 answer about the recording that prevents the command. */
  #standing({ code, recording }: Refusal, side: Side): Record<string, unknown> {
    if (!recording) return {}
    const { controller, startedBy, startedAt } = recording
    const members = {
      recordingId: recording.id,
      state: recordingState(recording.session),
      allowedCommands: allowedCommands(recording, side, this.#conditions()),
    }
    if (!code.startsWith('CONTROL_HELD')) return members
    return {
      ...members,
      holder: { side: controller, client: startedBy.client, since: startedAt },
    }
  }

  async #closed(recordingId: string, side: Side): Promise<Record<string, unknown>> {
    const view = await this.#log.recording(recordingId)
    const current = currentRecording(this.#facts.recordings)
    const allowed = allowedOnClosed(current, side, view !== undefined && takesConsent(view))
    return { recordingId, state: 'Closed', allowedCommands: allowed }
  }
}
