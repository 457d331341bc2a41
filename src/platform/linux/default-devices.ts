import type { Device } from '../../contract/media.ts'
import type { Sound } from './pulse-state.ts'

type DefaultNames = Record<Sound, string | null>

/** A start takes no longer from the search for its device to its capture. */
const START_MS = 15_000
const CHANGED_DETAILS: Record<Sound, string> = {
  mic: 'Another microphone is the default one now. It is not recorded.',
  speaker: 'Another speaker is the default one now. What it plays is not recorded.',
}

/**
 * Knows which devices were the default ones when they were captured, or when their start looked for
 * them. A pause must not forget it. One that was never the default has been chosen.
 */
export class DefaultDevices {
  readonly #captured = { mic: new Set<string>(), speaker: new Set<string>() }
  /** When each device was last found to be the default one, by performance.now(). */
  readonly #foundAt = { mic: new Map<string, number>(), speaker: new Map<string, number>() }

  /** Observes the default devices in an answer of the sound server. */
  observe(names: DefaultNames): void {
    for (const medium of ['mic', 'speaker'] as const) {
      const name = names[medium]
      if (name !== null) this.#foundAt[medium].set(name, performance.now())
    }
  }

  /** A capture of a device begins. */
  beginCapture(medium: Sound, { id }: Pick<Device, 'id'>): void {
    const foundAt = this.#foundAt[medium].get(id) ?? Number.NEGATIVE_INFINITY
    if (performance.now() - foundAt < START_MS) this.#captured[medium].add(id)
  }

  /**
   * Why what people hear, or speak into, may not be captured: the device was the default one, and
   * is no longer. A headset was plugged in, perhaps. Null otherwise.
   */
  changedDetail(names: DefaultNames, medium: Sound, { id }: Pick<Device, 'id'>): string | null {
    const name = names[medium]
    if (name === id) this.#captured[medium].add(id)
    // The monitor of a speaker is no microphone.
    const isOther = name !== id && !(medium === 'mic' && (name?.endsWith('.monitor') ?? true))
    return isOther && this.#captured[medium].has(id) ? CHANGED_DETAILS[medium] : null
  }
}
