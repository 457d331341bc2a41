import type { Medium } from '../../contract/media.ts'
import type { EventBatch } from './event-batch.ts'
import type { PendingCommand } from './pending-command.ts'
import { nextStep, rollBack, type Settlement, settle } from './settlement.ts'

/** The accepted commands whose outcome is not durable yet. */
export class PendingCommands {
  readonly #pending = new Set<PendingCommand>()

  add(command: PendingCommand): void {
    this.#pending.add(command)
  }

  has(command: PendingCommand): boolean {
    return this.#pending.has(command)
  }

  /** Whether a command on this recording is pending. */
  concern(recordingId: string): boolean {
    return [...this.#pending].some((command) => command.recordingId === recordingId)
  }

  /** The commands that wait for a segment. */
  waitingFor(recordingId: string, medium: Medium, segment: number): PendingCommand[] {
    return [...this.#pending].filter((command) => command.expects(recordingId, medium, segment))
  }

  /** Marks the starts whose segment is cut by a pause or stop: they cannot be confirmed. */
  overtake({ cuts }: EventBatch): void {
    for (const { recordingId, medium, segment } of cuts) {
      for (const command of this.waitingFor(recordingId, medium, segment)) {
        if (command.goal === 'flowing' && !command.rollingBack)
          command.recordOutcome(medium, segment, 'overtaken')
      }
    }
  }

  /**
   * Removes every command whose outcome is known now, and adds the facts that end it to the batch.
   * Rolls failed starts back, which may add cuts.
   */
  settle(batch: EventBatch): [PendingCommand, Settlement][] {
    const settled: [PendingCommand, Settlement][] = []
    for (const command of this.#pending) {
      let decision = nextStep(command)
      if (decision && 'rollBack' in decision && !batch.recordings.has(command.recordingId))
        // The recording has been closed meanwhile: there is nothing to roll back.
        decision = { failure: decision.rollBack }
      if (decision && 'rollBack' in decision) {
        rollBack(command, decision.rollBack, batch)
        decision = nextStep(command)
      }
      if (!decision || 'rollBack' in decision) continue
      this.#pending.delete(command)
      settled.push([command, decision])
      settle(command, decision, batch)
    }
    return settled
  }

  /** Rejects and removes all. */
  rejectAll(error: unknown): void {
    for (const command of this.#pending) command.reject(error)
    this.#pending.clear()
  }
}
