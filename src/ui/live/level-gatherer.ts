import type { LevelMessage } from '../../client/types.ts'

/** Gathers levels, of which the loudest of each medium is shown. */
export class LevelGatherer {
  readonly #loudest = new Map<LevelMessage['medium'], LevelMessage>()

  add(message: LevelMessage): void {
    const { medium, level } = message
    const before = this.#loudest.get(medium)?.level ?? level
    const loudest = {
      rmsDb: Math.max(level.rmsDb, before.rmsDb),
      peakDb: Math.max(level.peakDb, before.peakDb),
    }
    this.#loudest.set(medium, { ...message, level: loudest })
  }

  /** Returns the loudest level of each medium since the last call, with the time of the newest. */
  take(): LevelMessage[] {
    const taken = [...this.#loudest.values()]
    this.#loudest.clear()
    return taken
  }
}
