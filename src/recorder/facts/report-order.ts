/**
 * Keeps the reports of a track in their order, although one may have to wait. A file that is
 * finished must not overtake the end of its capture: the recording would be closed before it.
 */
export class ReportOrder {
  readonly #waiting = new Map<string, Promise<void>>()
  readonly #onFault: (error: unknown) => void

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault
  }

  /**
   * Hands a report on: at once, or when `delay` and the track's reports before it are over.
   * `handOn` gets whether it had to wait.
   */
  pass(
    track: string,
    delay: Promise<void> | undefined,
    handOn: (hasWaited: boolean) => void,
  ): void {
    const before = this.#waiting.get(track)
    if (!before && !delay) {
      handOn(false)
      return
    }
    const passed = Promise.all([before, delay?.catch(this.#onFault)])
      .then(() => handOn(true))
      .catch(this.#onFault)
      .finally(() => {
        if (this.#waiting.get(track) === passed) this.#waiting.delete(track)
      })
    this.#waiting.set(track, passed)
  }
}
