import { randomUUID } from 'node:crypto'
import type { CustodyCommand } from '../../contract/commands.ts'
import type { CustodyRules } from '../../contract/custody.ts'
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
  facts: Pick<FactPipeline, 'accept' | 'recordings' | 'failure'>
  log: Pick<EventLog, 'pending' | 'recording'>
  refusals: Pick<Refusals, 'refuse'>
  erasures: Pick<Erasures, 'erase' | 'wait'>
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

  /** Executes a command. Resolves and rejects like `RecorderPort.dispatch`. */
  async execute(command: CustodyCommand): Promise<CommandAnswer> {
    const { facts, log, refusals, rules } = this.#options
    if (facts.failure) throw facts.failure
    const { recordingId } = command
    const id = recordingId === 'current' ? currentRecording(facts.recordings)?.id : recordingId
    const view = id == null ? undefined : log.pending(id)
    if (command.name === 'recording.erase' && view?.erased)
      return this.#erasedAlready(command, view)
    const refusal = arbitrateCustody(view, command, rules())
    if (view === undefined || refusal !== undefined) {
      const recording = view && facts.recordings.get(view.id)
      const how = { ...(refusal as NonNullable<typeof refusal>), ...(recording && { recording }) }
      return refusals.refuse(command, how, view)
    }
    const cause: FactCause = { by: command.by, commandId: randomUUID() }
    if (command.name !== 'recording.erase') return this.#accept(command, cause, view.id)
    const reason = { cause: 'request', reason: command.request.reason } as const
    const answer = await this.#options.erasures.erase(view.id, reason, cause, command)
    return answer as CommandAnswer
  }

  #accept(command: CustodyCommand, cause: FactCause, id: string): Promise<CommandAnswer> {
    return this.#options.facts.accept(cause, (batch) => {
      batch.accept(id, command.name)
      if (batch.recordings.has(id)) batch.confirm(id)
      addHoldFact(batch, id, command)
      return new PendingCommand(command, cause, id, [])
    }).answered
  }

  async #erasedAlready(command: CustodyCommand, { id }: RecordingView): Promise<CommandAnswer> {
    const { log, erasures, render } = this.#options
    await erasures.wait(id)
    const view = await log.recording(id)
    if (view === undefined)
      throw new RecorderError('RECORDING_NOT_FOUND', 'No recording has this id.')
    return { status: 200, body: render(view, command) }
  }
}

function addHoldFact(batch: EventBatch, id: string, command: CustodyCommand): void {
  const { name, request } = command
  const { reason } = request
  if (name === 'recording.hold') batch.add(id, 'recording.held', { holdId: randomUUID(), reason })
  if (name === 'recording.releaseHold')
    batch.add(id, 'recording.holdReleased', { holdId: request.holdId, reason })
}
