import type { WaylandConnection, WaylandOutput } from '../../../wayland/connection.ts'
import { type CaptureProblem, captureFailed, deviceLost } from '../../capture-problem.ts'
import type { ScreenWatch } from '../../screen-watch.ts'

const TICK_MS = 250
/** A question every half second; its answer must come within 1.25 s. */
const ASK_TICKS = 2
const ANSWER_TICKS = 5

/** The parts that a capture through the portal depends on. */
export interface WatchedCast {
  compositor: WaylandConnection
  /** The captured monitor, as it was when the capture began. */
  monitor: WaylandOutput
  /** Resolves when PipeWire is gone. */
  pipeWireClosed: Promise<unknown>
  /** Resolves when the desktop has ended the session. */
  sessionClosed: Promise<void>
}

/**
 * Asks the compositor for its monitors while one is captured. A frozen compositor does not answer,
 * though its last frame is still repeated. Counts ticks instead of reading a clock, so that neither
 * a sleeping machine nor a busy event loop looks like a frozen compositor.
 */
export class PortalScreenWatch implements ScreenWatch {
  readonly #watched: WatchedCast
  readonly #onProblem: (problem: CaptureProblem) => void
  readonly #timer: NodeJS.Timeout
  #problem: CaptureProblem | undefined
  #isOver = false
  #pending = 0
  #idleTicks = 0

  constructor(watched: WatchedCast, onProblem: (problem: CaptureProblem) => void) {
    this.#watched = watched
    this.#onProblem = onProblem
    const { compositor, pipeWireClosed, sessionClosed } = watched
    compositor.onChange = () => void this.#ask()
    void compositor.closed.then(() => this.#end(deviceLost('The Wayland compositor is gone.')))
    void pipeWireClosed.then(() => this.#end(PIPEWIRE_GONE))
    void sessionClosed.then(() => this.#endWithSession())
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  async check(): Promise<CaptureProblem | undefined> {
    // The question ends with the connection at the latest, whose end sets the problem.
    await this.#ask()
    return this.#problem
  }

  stop(): void {
    this.#isOver = true
    clearInterval(this.#timer)
  }

  #tick(): void {
    this.#idleTicks++
    if (this.#pending === 0 && this.#idleTicks >= ASK_TICKS) void this.#ask()
    if (this.#pending > 0 && this.#idleTicks >= ANSWER_TICKS) {
      this.#end(deviceLost('The Wayland compositor does not answer.'))
      // Ends the questions of those who wait.
      this.#watched.compositor.close()
    }
  }

  async #ask(): Promise<void> {
    if (this.#isOver) return
    if (this.#pending++ === 0) this.#idleTicks = 0
    try {
      await this.#watched.compositor.sync()
      const problem = this.#monitorProblem()
      if (problem) this.#end(problem)
    } catch {
      // The connection has ended, which is handled there.
    } finally {
      this.#pending--
      this.#idleTicks = 0
    }
  }

  /** A desktop also ends the session when the monitor changes; the compositor tells how. */
  async #endWithSession(): Promise<void> {
    await this.#ask()
    this.#end(deviceLost('The desktop has stopped the recording.'))
  }

  #monitorProblem(): CaptureProblem | undefined {
    const { compositor, monitor: was } = this.#watched
    const is = compositor.outputs.find(({ name }) => name === was.name)
    if (is === undefined) return deviceLost(`The monitor ${was.name} is gone.`)
    if (is.width !== was.width || is.height !== was.height)
      return captureFailed(`The monitor ${was.name} was resized to ${is.width}×${is.height}.`)
    return undefined
  }

  #end(problem: CaptureProblem): void {
    if (this.#isOver) return
    this.#problem = problem
    this.stop()
    this.#onProblem(problem)
  }
}

const PIPEWIRE_GONE = deviceLost('PipeWire is gone, which brings the frames of the screen.')
