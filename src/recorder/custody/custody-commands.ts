import { randomUUID } from 'node:crypto'
import type { ConsentCommand, CustodyCommand } from '../../contract/commands.ts'
import { type CustodyRules, isRefusedConsent } from '../../contract/custody.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { RecordingView } from '../../contract/views.ts'
import type { CommandAnswer, EventLog } from '../../store/port.ts'
import type { Refusals } from '../commands/refusals.ts'
import type { EventBatch, FactCause } from '../facts/event-batch.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { PendingCommand } from '../facts/pending-command.ts'
import { currentRecording } from '../open-recordings.ts'
import { arbitrateCustody } from './arbitrate-custody.ts'
import type { Erasures } from './erasures.ts'

/** The parts that commands of custody work with. */
export interface CustodyCommandsOptions {
  facts: Pick<FactPipeline, 'accept' | 'append' | 'recordings' | 'failure'>
  log: Pick<EventLog, 'pending' | 'recording' | 'verification'>
  refusals: Pick<Refusals, 'refuse'>
  erasures: Pick<Erasures, 'erase' | 'wait'>
  /** Resolves when the log is verified; rejects when it is not, or when the recorder stops. */
  verified(): Promise<void>
  rules(): CustodyRules
  /** Renders the answer with a recording. */
  render(view: RecordingView, command: CustodyCommand): unknown
}

/**
 * Executes the commands of custody: holds and erasure. They are decided on the recording as it is
 * after everything that was appended, and appended in the same turn of the event loop, so that none
 * can come between.
 */
export class CustodyCommands {
  readonly #options: CustodyCommandsOptions

  constructor(options: CustodyCommandsOptions) {
    this.#options = options
  }

  /**
   * Executes a command of custody, or records consent to a closed recording. Resolves and rejects
   * like `RecorderPort.dispatch`.
   */
  async execute(command: CustodyCommand | ConsentCommand): Promise<CommandAnswer> {
    const { facts, log, refusals, rules, verified } = this.#options
    if (facts.failure) throw facts.failure
    // A hold must not be missed. Nothing else waits for that.
    if (command.name === 'recording.erase' && log.verification) await verified()
    const { recordingId } = command
    const id = recordingId === 'current' ? currentRecording(facts.recordings)?.id : recordingId
    const view = id == null ? undefined : log.pending(id)
    if (command.name === 'recording.erase' && view?.erased)
      return this.#erasedAlready(command, view)
    const refusal = arbitrateCustody(view, command, rules())
    if (view === undefined || refusal !== undefined) {
      const recording = view && facts.recordings.get(view.id)
      const how = { ...(refusal as NonNullable<typeof refusal>), ...(recording && { recording }) }
      return refusals.refuse(command, how, view?.id)
    }
    const cause: FactCause = { by: command.by, commandId: randomUUID() }
    if (command.name !== 'recording.erase') return this.#accept(command, cause, view)
    const reason = { cause: 'request', reason: command.request.reason } as const
    const answer = await this.#options.erasures.erase(view.id, reason, cause, command)
    return answer as CommandAnswer
  }

  #accept(
    command: CustodyCommand | ConsentCommand,
    cause: FactCause,
    view: RecordingView,
  ): Promise<CommandAnswer> {
    const { id } = view
    const { facts } = this.#options
    return facts.accept(cause, (batch) => {
      batch.accept(id, command.name)
      if (batch.recordings.has(id)) batch.confirm(id)
      addFact(batch, id, command)
      if (lacksConsentAfter(view, command)) batch.endWithoutConsent(id)
      return new PendingCommand(command, cause, id, [])
    }).answered
  }

  async #erasedAlready(command: CustodyCommand, { id }: RecordingView): Promise<CommandAnswer> {
    const { facts, log, erasures, render } = this.#options
    // Its start may not be on the disk yet, and may never be.
    await facts.append({ by: command.by, commandId: null }, () => {})
    await erasures.wait(id)
    const view = await log.recording(id)
    if (view === undefined)
      throw new RecorderError('RECORDING_NOT_FOUND', 'No recording has this id.')
    return { status: 200, body: render(view, command) }
  }
}

function addFact(batch: EventBatch, id: string, command: CustodyCommand | ConsentCommand): void {
  const { name, request } = command
  if (name === 'recording.consent') batch.add(id, 'recording.consentRecorded', request)
  if (name === 'recording.hold')
    batch.add(id, 'recording.held', { holdId: randomUUID(), reason: request.reason })
  if (name === 'recording.releaseHold') batch.add(id, 'recording.holdReleased', request)
}

/** Whether a recording has no consent and no hold after a command. A hold outranks consent. */
function lacksConsentAfter(
  { consent, holds }: RecordingView,
  { name, request }: CustodyCommand | ConsentCommand,
): boolean {
  if (name === 'recording.consent') return isRefusedConsent(request.state) && holds.length === 0
  return (
    name === 'recording.releaseHold' &&
    isRefusedConsent(consent?.state ?? null) &&
    holds.every(({ id }) => id === request.holdId)
  )
}
