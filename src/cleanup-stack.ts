/** Steps that undo what has been started, run in reverse order. */
export class CleanupStack {
  readonly #steps: (() => unknown)[] = []

  push(step: () => unknown): void {
    this.#steps.push(step)
  }

  /**
   * Runs every step, the last one first; a step that fails does not keep the others from running.
   */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step()
      } catch {
        // The error that made us clean up is the one to report.
      }
    }
  }
}
