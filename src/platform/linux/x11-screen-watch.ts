import {
  type Area,
  type Layout,
  type Size,
  X11Connection,
  type X11Error,
} from '../../x11/connection.ts'
import { AnswerWatch } from '../answer-watch.ts'
import { type CaptureProblem, captureFailed, deviceLost } from '../capture-problem.ts'
import type { ScreenWatch } from '../screen-watch.ts'
import { monitorProblem } from './monitor-problem.ts'

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
 * or with none.
 */
export function watchX11Screen(
  { display, env, area }: WatchedScreen,
  onProblem: (problem: CaptureProblem) => void,
): ScreenWatch {
  /** Undefined when the display does not let us in; nothing can be watched then. */
  const connecting = X11Connection.open(display, env, CONNECT_MS).catch((error: X11Error) => {
    if (error.kind !== 'refused' || 'name' in area) watch.end(deviceLost(error.message))
    return undefined
  })
  const watch = new AnswerWatch({
    async ask() {
      const connection = await connecting
      return connection && layoutProblem(area, await connection.layout())
    },
    silent: deviceLost(`The X display ${display} does not answer.`),
    onProblem,
    onEnd: () => void connecting.then((connection) => connection?.close()),
  })
  void connecting.then((connection) => {
    if (connection === undefined) return
    connection.onChange = () => void watch.ask()
    void connection.closed.then(() => watch.end(deviceLost(`The X display ${display} is gone.`)))
  })
  void watch.ask()
  return watch
}

function layoutProblem(area: WatchedScreen['area'], layout: Layout): CaptureProblem | undefined {
  if ('name' in area) return monitorProblem(area, layout.monitors) ?? placeProblem(area, layout)
  const { width, height } = layout
  if (area.width === width && area.height === height) return undefined
  return captureFailed(`The screen was resized to ${width}×${height}.`)
}

function placeProblem(
  was: Area & { name: string },
  { monitors }: Layout,
): CaptureProblem | undefined {
  const isThere = monitors.some(({ name, x, y }) => name === was.name && x === was.x && y === was.y)
  return isThere ? undefined : captureFailed(`The monitor ${was.name} was moved.`)
}
