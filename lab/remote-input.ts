import { BusConnection } from '../src/dbus/connection.ts'

const SERVICE = 'org.gnome.Mutter.RemoteDesktop'
const ANSWER_MS = 10_000
/** The left button, by its number in Linux's input-event-codes.h. */
const LEFT = 0x110
/** Keys by their X11 key symbols. */
const KEYS = { Tab: 0xff09, Return: 0xff0d, Space: 0x20, Escape: 0xff1b } as const

/** The mouse and keyboard of a mutter session, moved by its remote desktop interface. */
export class RemoteInput {
  readonly #bus: BusConnection
  readonly #session: string

  static async open(env: NodeJS.ProcessEnv): Promise<RemoteInput> {
    const bus = await BusConnection.open(env, ANSWER_MS)
    const service = { destination: SERVICE, interface: SERVICE, member: 'CreateSession' }
    const call = { ...service, path: '/org/gnome/Mutter/RemoteDesktop' }
    const [session] = await bus.call(call, ANSWER_MS)
    const input = new RemoteInput(bus, session as string)
    await input.#call('Start')
    return input
  }

  private constructor(bus: BusConnection, session: string) {
    this.#bus = bus
    this.#session = session
  }

  /** Moves the pointer to a place of the screen, in pixels from its upper left corner. */
  async move(x: number, y: number): Promise<void> {
    // It can only be moved from where it is: the corner stops it.
    await this.#call('NotifyPointerMotionRelative', 'dd', [-10_000, -10_000])
    await this.#call('NotifyPointerMotionRelative', 'dd', [x, y])
  }

  /** Moves the pointer, and presses and releases its left button. */
  async click(x: number, y: number): Promise<void> {
    await this.move(x, y)
    for (const isDown of [true, false])
      await this.#call('NotifyPointerButton', 'ib', [LEFT, isDown])
  }

  /** Presses and releases a key. */
  async press(key: keyof typeof KEYS): Promise<void> {
    for (const isDown of [true, false])
      await this.#call('NotifyKeyboardKeysym', 'ub', [KEYS[key], isDown])
  }

  close(): void {
    this.#bus.close()
  }

  async #call(member: string, signature = '', args: unknown[] = []): Promise<void> {
    const target = { destination: SERVICE, path: this.#session, interface: `${SERVICE}.Session` }
    await this.#bus.call({ ...target, member, signature, args }, ANSWER_MS)
  }
}
