import type { Level } from '../../contract/views.ts'
import { SILENCE_DB } from './pcm.ts'

/** Levels, ten a second, that make a silence: 4 s, so that it is reported within 5. */
const SILENT_LEVELS = 40

/**
 * Calls back when a microphone has delivered nothing but digital zero for 4 s, and when it delivers
 * something again. Neither the quietest room nor an amplifier without a microphone is zero for that
 * long, so a person who only listens is no fault.
 */
export class SilenceWatch {
  readonly #onChange: (silent: boolean) => void
  #silentLevels = 0

  constructor(onChange: (silent: boolean) => void) {
    this.#onChange = onChange
  }

  /** Observes a level; they come ten a second. */
  push({ peakDb }: Level): void {
    if (peakDb <= SILENCE_DB) {
      if (++this.#silentLevels === SILENT_LEVELS) this.#onChange(true)
      return
    }
    const wasSilent = this.#silentLevels >= SILENT_LEVELS
    this.#silentLevels = 0
    if (wasSilent) this.#onChange(false)
  }
}
