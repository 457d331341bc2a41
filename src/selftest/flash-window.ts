import { type Area, X11Connection } from '../x11/connection.ts'
import { encodeRequest, pair } from '../x11/wire.ts'

const CREATE_WINDOW = 1
const CHANGE_ATTRIBUTES = 2
const MAP_WINDOW = 8
const CONFIGURE_WINDOW = 12
const GET_INPUT_FOCUS = 43
const CLEAR_AREA = 61
const BACK_PIXEL = 0x2
const OVERRIDE_REDIRECT = 0x200
const STACK_MODE = 0x40
const ABOVE = 0
const INPUT_OUTPUT = 1
const BLACK = 0x000000
const WHITE = 0xffffff
const LIMIT_MS = 2_000
/** Large enough to be seen in any encoding, from the corner of the first monitor. */
const SIDE = 240
const MARGIN = 40

/**
 * A black square that can turn white for a moment. It is above all other windows, and no window
 * manager touches it.
 */
export class FlashWindow {
  /** Its area on the whole display. */
  readonly area: Area
  readonly #connection: X11Connection

  /**
   * Shows the window near the corner of a monitor: that at a place of the display, or else the
   * first. Rejects with {@link X11Error}.
   */
  static async open(
    display: string,
    env: NodeJS.ProcessEnv,
    place?: { x: number; y: number },
  ): Promise<FlashWindow> {
    const connection = await X11Connection.open(display, env, LIMIT_MS)
    const { monitors } = await connection.layout()
    const { x, y } = place ??
      monitors.find(({ primary }) => primary) ??
      monitors[0] ?? { x: 0, y: 0 }
    const area = { x: x + MARGIN, y: y + MARGIN, width: SIDE, height: SIDE }
    const window = new FlashWindow(connection, area)
    await window.#fill(BLACK)
    return window
  }

  private constructor(connection: X11Connection, area: Area) {
    this.area = area
    this.#connection = connection
    const { ids, root } = connection
    const { x, y, width, height } = area
    const place = [pair(x, y), pair(width, height), pair(0, INPUT_OUTPUT), 0]
    connection.send(
      encodeRequest(
        CREATE_WINDOW,
        0,
        ids,
        root,
        ...place,
        BACK_PIXEL | OVERRIDE_REDIRECT,
        BLACK,
        1,
      ),
    )
    connection.send(encodeRequest(MAP_WINDOW, 0, ids))
    connection.send(encodeRequest(CONFIGURE_WINDOW, 0, ids, STACK_MODE, ABOVE))
  }

  /** Turns white for `ms`. Resolves with the time (epoch ms) at which the display showed it. */
  async flash(ms: number): Promise<number> {
    const before = Date.now()
    await this.#fill(WHITE)
    const at = (before + Date.now()) / 2
    await new Promise((resolve) => setTimeout(resolve, ms))
    await this.#fill(BLACK)
    return at
  }

  async #fill(pixel: number): Promise<void> {
    const { ids } = this.#connection
    this.#connection.send(encodeRequest(CHANGE_ATTRIBUTES, 0, ids, BACK_PIXEL, pixel))
    this.#connection.send(encodeRequest(CLEAR_AREA, 0, ids, 0, 0))
    // A reply comes when everything before it has been done.
    await this.#connection.request(encodeRequest(GET_INPUT_FOCUS, 0))
  }

  close(): void {
    this.#connection.close()
  }
}
