import { type Signal, signal } from '@preact/signals'
import { type ShownProblem, toShownProblem } from '../../controls/shown-problem.ts'

/** Sends the commands of one dialog, one at a time, and keeps why the last one failed. */
export class CustodyCommand {
  /** Whether the recorder has not answered yet. */
  readonly isPending: Signal<boolean> = signal(false)
  /** Why the last command failed: null when the recorder gave no answer, undefined without one. */
  readonly problem: Signal<ShownProblem | null | undefined> = signal(undefined)

  /** Sends a command. Resolves with whether it succeeded. */
  async send(command: () => Promise<unknown>): Promise<boolean> {
    if (this.isPending.value) return false
    this.isPending.value = true
    this.problem.value = undefined
    try {
      await command()
      return true
    } catch (error) {
      this.problem.value = toShownProblem(error)
      return false
    } finally {
      this.isPending.value = false
    }
  }
}
