import type { X11Connection } from './connection.ts'
import { encodeRequest } from './wire.ts'

const QUERY_POINTER = 38
/** DAMAGE 1.1. */
const DAMAGE = { queryVersion: 0, create: 1, subtract: 3 }
/** An event when the damaged region is no longer empty; none until it has been emptied again. */
const REPORT_NON_EMPTY = 3
/** XFIXES 4: older servers have it since 2004. */
const XFIXES = { queryVersion: 0, selectCursorInput: 3 }
const CURSOR_NOTIFY = 1
const DISPLAY_CURSOR_MASK = 1

/**
 * Notices all that changes the picture of an X screen: what is painted (DAMAGE), the shape of the
 * pointer (XFIXES), and its place. The server reports no place, so it has to be queried.
 */
export class PictureChanges {
  /** Called when something has changed. */
  onChange: () => void = () => {}
  readonly #connection: X11Connection
  readonly #damage: { opcode: number; id: number }
  #isDamaged = false
  readonly #pointerQuery: Buffer
  /** The pointer's place on the screen, as 32 bits. */
  #pointer = 0

  /**
   * Watches the screen of a connection. Undefined when its server has not the extensions. Rejects
   * with X11Error when it refuses them, or the connection ends. Has no limit of its own.
   */
  static async watch(connection: X11Connection): Promise<PictureChanges | undefined> {
    const [damage, xfixes] = await Promise.all([
      connection.extension('DAMAGE'),
      connection.extension('XFIXES'),
    ])
    if (damage === undefined || xfixes === undefined) return undefined
    const id = connection.ids
    const changes = new PictureChanges(connection, { opcode: damage.opcode, id })
    connection.onEvent.set(damage.firstEvent, () => {
      changes.#isDamaged = true
      changes.onChange()
    })
    connection.onEvent.set(xfixes.firstEvent + CURSOR_NOTIFY, () => changes.onChange())
    await Promise.all([
      connection.request(encodeRequest(damage.opcode, DAMAGE.queryVersion, 1, 1)),
      connection.request(encodeRequest(xfixes.opcode, XFIXES.queryVersion, 4, 0)),
    ])
    connection.send(
      encodeRequest(damage.opcode, DAMAGE.create, id, connection.root, REPORT_NON_EMPTY),
    )
    const { root } = connection
    connection.send(
      encodeRequest(xfixes.opcode, XFIXES.selectCursorInput, root, DISPLAY_CURSOR_MASK),
    )
    await changes.checkPointer()
    return changes
  }

  private constructor(connection: X11Connection, damage: { opcode: number; id: number }) {
    this.#connection = connection
    this.#damage = damage
    this.#pointerQuery = encodeRequest(QUERY_POINTER, 0, connection.root)
  }

  /**
   * Reports all that changes from now on. Resolves when the server has done so: a picture that is
   * captured after that shows all that changed before, and every later change is reported.
   */
  async rearm(): Promise<void> {
    if (this.#isDamaged) {
      this.#isDamaged = false
      const { opcode, id } = this.#damage
      this.#connection.send(encodeRequest(opcode, DAMAGE.subtract, id, 0, 0))
    }
    this.#pointer = await this.#queryPointer()
  }

  /** Calls `onChange` when the pointer has moved since the last check. */
  async checkPointer(): Promise<void> {
    const pointer = await this.#queryPointer()
    if (pointer === this.#pointer) return
    this.#pointer = pointer
    this.onChange()
  }

  async #queryPointer(): Promise<number> {
    return (await this.#connection.request(this.#pointerQuery)).readUInt32LE(16)
  }
}
