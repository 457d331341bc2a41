import type { Command, IdempotencyKey } from '../../contract/commands.ts'
import type { CommandAnswer, EventLog } from '../../store/port.ts'
import type { FactPipeline } from '../facts/fact-pipeline.ts'
import { currentRecording } from '../open-recordings.ts'
import type { Refusal } from './arbitration.ts'
import type { Refusals } from './refusals.ts'

/** The parts that idempotency works with. */
export interface IdempotencyOptions {
  facts: Pick<FactPipeline, 'recordings'>
  log: Pick<EventLog, 'hasAnswer' | 'answer'>
  refusals: Pick<Refusals, 'refuse'>
  execute(command: Command): Promise<CommandAnswer>
}

/**
 * Executes a command with an idempotency key once, and returns the kept answer after that. A client
 * may use a key again after a failure.
 */
export class Idempotency {
  readonly #options: IdempotencyOptions
  readonly #inProgress = new Map<string, IdempotencyKey>()

  constructor(options: IdempotencyOptions) {
    this.#options = options
  }

  async dispatch(command: Command): Promise<CommandAnswer> {
    const { idempotency } = command
    const { log, refusals, execute } = this.#options
    if (!idempotency) return execute(command)
    const key = JSON.stringify([idempotency.client, idempotency.key])
    const first = this.#inProgress.get(key)
    if (first)
      return refusals.refuse(
        command,
        sameRequest(first.fingerprint, idempotency) ?? this.#inFlight(command),
      )
    this.#inProgress.set(key, idempotency)
    try {
      const kept = log.hasAnswer(idempotency) ? await log.answer(idempotency) : undefined
      if (!kept) return await execute(command)
      const mismatch = sameRequest(kept.fingerprint, idempotency)
      return mismatch ? await refusals.refuse(command, mismatch) : kept.answer
    } finally {
      this.#inProgress.delete(key)
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
