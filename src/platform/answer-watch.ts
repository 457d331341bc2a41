import type { CaptureProblem } from './capture-problem.ts'
import type { ScreenWatch } from './screen-watch.ts'

const TICK_MS = 250
/** A question every half second; its answer must come within 1.25 s. */
const ASK_TICKS = 2
const ANSWER_TICKS = 5

/** A server that can be asked whether the captured screen is as it was. */
export interface AskedServer {
  /**
   * Asks it. Resolves with what is wrong, if anything is. Rejects when it can answer no more, which
   * is reported elsewhere.
   */
  ask(): Promise<CaptureProblem | undefined>
  /** The problem when no answer comes. */
  silent: CaptureProblem
  /** Called once, with the problem that ended the watch. */
  onProblem(problem: CaptureProblem): void
  /** Called once at the end. It must end the questions that wait. */
  onEnd(): void
}

/**
 * Asks a server again and again, because one that is frozen gives no other sign. Counts ticks
 * instead of reading a clock, so that neither a sleeping machine nor a busy event loop looks like a
 * frozen server.
 */
export class AnswerWatch implements ScreenWatch {
  readonly #server: AskedServer
  readonly #timer: NodeJS.Timeout
  #problem: CaptureProblem | undefined
  #isOver = false
  #pending = 0
  #idleTicks = 0

  constructor(server: AskedServer) {
    this.#server = server
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** Asks now, besides the questions of the time. */
  async ask(): Promise<void> {
    if (this.#isOver) return
    if (this.#pending++ === 0) this.#idleTicks = 0
    try {
      const problem = await this.#server.ask()
      if (problem) this.end(problem)
    } catch {
      // It can answer no more, or does not know the question.
    } finally {
      this.#pending--
      this.#idleTicks = 0
    }
  }

  /** Ends the watch with a problem. The first one counts. */
  end(problem: CaptureProblem): void {
    if (this.#isOver) return
    this.#problem = problem
    this.stop()
    this.#server.onProblem(problem)
  }

  async check(): Promise<CaptureProblem | undefined> {
    // The question ends with the connection at the latest, whose end sets the problem.
    await this.ask()
    return this.#problem
  }

  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#timer)
    this.#server.onEnd()
  }

  #tick(): void {
    this.#idleTicks++
    if (this.#pending === 0 && this.#idleTicks >= ASK_TICKS) void this.ask()
    if (this.#pending > 0 && this.#idleTicks >= ANSWER_TICKS) this.end(this.#server.silent)
  }
}
