import {
  type Area,
  type Layout,
  type Size,
  X11Connection,
  type X11Error,
} from '../../x11/connection.ts'
import { type CaptureProblem, captureFailed, deviceLost } from '../capture-problem.ts'
import type { ScreenWatch } from '../screen-watch.ts'

const TICK_MS = 250
/** A query every half second; its reply must come within 1.25 s. */
const QUERY_TICKS = 2
const ANSWER_TICKS = 5
/**
 * The longest time for the watch to connect, in milliseconds. It may be longer than that for an
 * answer: no frame of a monitor is believed before, and a start has its own limit.
 */
const CONNECT_MS = 2_500

/** The captured part of a display. */
export interface WatchedScreen {
  display: string
  env: NodeJS.ProcessEnv
  /** The captured monitor, or else the whole screen, as it was when the capture began. */
  area: Size | (Area & { name: string })
}

/**
 * Queries the layout of an X screen, over a connection of its own. A frozen server does not reply;
 * a dead one ends the connection; a new size would leave x11grab with the old part of the screen,
 * or with none. Counts ticks instead of reading a clock, so that neither a sleeping machine nor a
 * busy event loop looks like a frozen server.
 */
export class X11ScreenWatch implements ScreenWatch {
  readonly #watched: WatchedScreen
  readonly #onProblem: (problem: CaptureProblem) => void
  /** Undefined when the display does not let us in; nothing can be watched then. */
  readonly #connection: Promise<X11Connection | undefined>
  readonly #timer: NodeJS.Timeout
  #problem: CaptureProblem | undefined
  #isOver = false
  #pendingQueries = 0
  #idleTicks = 0

  constructor(watched: WatchedScreen, onProblem: (problem: CaptureProblem) => void) {
    this.#watched = watched
    this.#onProblem = onProblem
    this.#connection = X11Connection.open(watched.display, watched.env, CONNECT_MS).then(
      (connection) => {
        connection.onChange = () => void this.#query()
        void connection.closed.then(() =>
          this.#end(deviceLost(`The X display ${watched.display} is gone.`)),
        )
        if (this.#isOver) connection.close()
        return connection
      },
      (error: X11Error) => {
        if (error.kind !== 'refused' || 'name' in watched.area) this.#end(deviceLost(error.message))
        return undefined
      },
    )
    void this.#query()
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  async check(): Promise<CaptureProblem | undefined> {
    // The query ends with the connection at the latest, whose end sets the problem.
    await this.#query()
    return this.#problem
  }

  stop(): void {
    this.#isOver = true
    clearInterval(this.#timer)
    void this.#connection.then((connection) => connection?.close())
  }

  #tick(): void {
    this.#idleTicks++
    if (this.#pendingQueries === 0 && this.#idleTicks >= QUERY_TICKS) void this.#query()
    if (this.#pendingQueries > 0 && this.#idleTicks >= ANSWER_TICKS)
      this.#end(deviceLost(`The X display ${this.#watched.display} does not answer.`))
  }

  async #query(): Promise<void> {
    if (this.#pendingQueries++ === 0) this.#idleTicks = 0
    try {
      const connection = await this.#connection
      if (connection === undefined || this.#isOver) return
      const problem = this.#layoutProblem(await connection.layout())
      if (problem) this.#end(problem)
    } catch {
      // The connection has ended, which is handled there, or this server does not know the request.
    } finally {
      this.#pendingQueries--
      this.#idleTicks = 0
    }
  }

  #layoutProblem(layout: Layout): CaptureProblem | undefined {
    const { area } = this.#watched
    if ('name' in area) return monitorProblem(area, layout)
    const { width, height } = layout
    if (area.width === width && area.height === height) return undefined
    return captureFailed(`The screen was resized to ${width}×${height}.`)
  }

  #end(problem: CaptureProblem): void {
    if (this.#isOver) return
    this.#problem = problem
    this.stop()
    this.#onProblem(problem)
  }
}

function monitorProblem(
  was: Area & { name: string },
  { monitors }: Layout,
): CaptureProblem | undefined {
  const is = monitors.find(({ name }) => name === was.name)
  if (is === undefined) return deviceLost(`The monitor ${was.name} is gone.`)
  if (is.width !== was.width || is.height !== was.height)
    return captureFailed(`The monitor ${was.name} was resized to ${is.width}×${is.height}.`)
  if (is.x !== was.x || is.y !== was.y) return captureFailed(`The monitor ${was.name} was moved.`)
  return undefined
}
