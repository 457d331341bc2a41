import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { BusConnection, type BusError } from '../../../dbus/connection.ts'
import { getProperty } from '../../../dbus/get-property.ts'
import { Variant } from '../../../dbus/value.ts'
import { StallWatch } from '../../../time/stall-watch.ts'

const PORTAL = 'org.freedesktop.portal.Desktop'
const DESKTOP = '/org/freedesktop/portal/desktop'
const SCREEN_CAST = 'org.freedesktop.portal.ScreenCast'
/** The portal's object that shares screens. */
export const SCREEN_CAST_OBJECT = { destination: PORTAL, path: DESKTOP, interface: SCREEN_CAST }
const REQUEST = 'org.freedesktop.portal.Request'
const SESSION = 'org.freedesktop.portal.Session'
/** How the names begin that the desktops' own parts of the portal have on the bus. */
const DESKTOP_NAMES = 'org.freedesktop.impl.portal.desktop.'
const MONITORS = 1
const CURSOR_EMBEDDED = 2
const UNTIL_REVOKED = 2
/** The first version that remembers what the user has chosen. */
const VERSION_MIN = 4
/** Limit for the portal to accept a call. What it asks the user may take longer. */
const ACCEPT_MS = 2_000
const CLOSE_MS = 500
const READY_POLL_MS = 50

/** The content of a session: a monitor, or all of them where the desktop offers that. */
export interface CastStream {
  /** The number of its node in PipeWire. */
  node: number
  /** Its area of the desktop, in the compositor's own units. */
  x: number
  y: number
  width: number
  height: number
}

/** A monitor that the desktop lets the recorder see. */
export interface SharedScreen {
  stream: CastStream
  /** Restores the session; null when the user does not want that. */
  restoreToken: string | null
}

/**
 * Why there is no session: the portal is missing or too old (`absent`), does not answer (`silent`),
 * or the user has refused or the desktop cannot (`refused`).
 */
export class PortalError extends Error {
  readonly kind: 'absent' | 'silent' | 'refused'

  constructor(kind: PortalError['kind'], message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'PortalError'
    this.kind = kind
  }
}

/** How a session is shared. */
export interface SharingOptions {
  /** Restores what the user has chosen before. Without it the desktop asks the user. */
  restoreToken?: string
  /** Limit for the user, or for the restored session, in milliseconds. */
  limitMs: number
}

/**
 * A session of the desktop portal's ScreenCast interface. An open one shows nothing before it is
 * shared.
 */
export class ScreenCast {
  /** Resolves when the desktop has ended the session, or is gone. */
  readonly closed: Promise<void>
  readonly #bus: BusConnection
  readonly #requests: PortalRequests
  readonly #cursors: number
  readonly #path: string
  #sharing: Promise<unknown> | undefined
  #isClosing = false

  /** Opens a session. Rejects with {@link PortalError}. */
  static async open(env: NodeJS.ProcessEnv): Promise<ScreenCast> {
    const bus = await BusConnection.open(env, ACCEPT_MS).catch((cause) => {
      throw new PortalError('absent', cause.message, { cause })
    })
    try {
      const requests = new PortalRequests(bus)
      const [cursors, path] = await Promise.all([checkPortal(bus), createSession(requests)])
      return new ScreenCast(bus, requests, cursors, path)
    } catch (cause) {
      bus.close()
      throw toPortalError(cause)
    }
  }

  private constructor(bus: BusConnection, requests: PortalRequests, cursors: number, path: string) {
    this.#bus = bus
    this.#requests = requests
    this.#cursors = cursors
    this.#path = path
    this.closed = new Promise((resolve) => {
      const signal = { interface: SESSION, member: 'Closed', path }
      // When it fails, the bus is gone.
      void bus.subscribe(signal, () => resolve(), ACCEPT_MS).catch(() => {})
      void bus.closed.then(resolve)
    })
  }

  /**
   * Lets the desktop show a monitor. What the user is asked disappears when it takes too long.
   * Rejects with {@link PortalError}; the session is to be closed all the same.
   */
  async share(options: SharingOptions): Promise<SharedScreen> {
    if (this.#isClosing) throw new PortalError('refused', 'The session of the portal has ended.')
    const sharing = this.#share(options)
    this.#sharing = sharing
    try {
      return await sharing
    } catch (cause) {
      throw toPortalError(cause)
    }
  }

  async #share({ restoreToken, limitMs }: SharingOptions): Promise<SharedScreen> {
    await this.#requests.make(
      'SelectSources',
      'oa{sv}',
      [this.#path],
      {
        types: new Variant('u', MONITORS),
        multiple: new Variant('b', false),
        // The default is to hide the pointer.
        ...(this.#cursors & CURSOR_EMBEDDED
          ? { cursor_mode: new Variant('u', CURSOR_EMBEDDED) }
          : {}),
        persist_mode: new Variant('u', UNTIL_REVOKED),
        ...(restoreToken ? { restore_token: new Variant('s', restoreToken) } : {}),
      },
      limitMs,
    )
    // Without a parent window: the recorder has none.
    return readStarted(await this.#requests.make('Start', 'osa{sv}', [this.#path, ''], {}, limitMs))
  }

  /**
   * Ends the session. While it is being shared it waits for the answer: the portal forgets the
   * token of a session that ends before. Never rejects.
   */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#sharing?.catch(() => {})
    const target = { destination: PORTAL, path: this.#path, interface: SESSION }
    await this.#bus.call({ ...target, member: 'Close' }, CLOSE_MS).catch((error: BusError) => {
      // A portal that does not answer ends the session when it notices that we are gone.
      if (error.kind === 'refused') return closeAtDesktop(this.#bus, this.#path)
    })
    this.#bus.close()
  }
}

/**
 * Ends a session that the portal does not know: it was killed meanwhile. The desktop's own part
 * goes on showing the screen then, and its sign stays on. Never rejects.
 */
async function closeAtDesktop(bus: BusConnection, session: string): Promise<void> {
  const target = { path: session, interface: 'org.freedesktop.impl.portal.Session' }
  const list = { path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }
  const question = { destination: 'org.freedesktop.DBus', ...list, member: 'ListNames' }
  const [names] = await bus.call(question, CLOSE_MS).catch(() => [[]])
  const desktops = (names as string[]).filter((name) => name.startsWith(DESKTOP_NAMES))
  const ends = desktops.map((destination) =>
    bus.call({ destination, ...target, member: 'Close' }, CLOSE_MS).catch(() => {}),
  )
  await Promise.all(ends)
}

/** Returns the cursor modes of the portal. Rejects when it is missing or too old. */
async function checkPortal(bus: BusConnection): Promise<number> {
  const get = async (property: string) =>
    Number(await getProperty(bus, SCREEN_CAST_OBJECT, property, ACCEPT_MS))
  const [version, cursors] = await Promise.all([
    get('version'),
    whenNotZero(() => get('AvailableCursorModes')),
  ])
  if (version! < VERSION_MIN)
    throw new PortalError(
      'absent',
      `The desktop portal is too old (ScreenCast ${version}, needed is ${VERSION_MIN}).`,
    )
  return cursors!
}

/**
 * A portal that has just started knows no cursor modes until the desktop's own part has told them,
 * and refuses a session that asks for one. Resolves with 0 when that takes too long.
 */
async function whenNotZero(get: () => Promise<number>): Promise<number> {
  const begun = performance.now()
  for (;;) {
    const value = await get()
    if (value !== 0 || performance.now() - begun > ACCEPT_MS) return value
    await delay(READY_POLL_MS)
  }
}

/** Calls of the portal that are answered by a signal. */
class PortalRequests {
  readonly #bus: BusConnection
  /** The objects of requests are named after their sender. */
  readonly #sender: string

  constructor(bus: BusConnection) {
    this.#bus = bus
    this.#sender = bus.uniqueName.slice(1).replaceAll('.', '_')
  }

  async make(
    member: string,
    signature: string,
    args: readonly unknown[],
    options: Record<string, Variant>,
    limitMs: number,
  ): Promise<Map<string, unknown>> {
    const handle = `f2f_${randomBytes(8).toString('hex')}`
    const path = `${DESKTOP}/request/${this.#sender}/${handle}`
    let limit: StallWatch | undefined
    const answered = new Promise<unknown[]>((resolve, reject) => {
      const signal = { interface: REQUEST, member: 'Response', path }
      void this.#bus.subscribe(signal, resolve, ACCEPT_MS).catch(reject)
      void this.#bus.closed.then(() =>
        reject(new PortalError('absent', 'The message bus (D-Bus) is gone.')),
      )
      limit = new StallWatch(limitMs, () => {
        this.#cancel(path)
        reject(new PortalError('silent', `The desktop portal has not answered (${member}).`))
      })
    })
    // It is awaited below, unless the call itself fails.
    answered.catch(() => {})
    try {
      const entries = Object.entries({ ...options, handle_token: new Variant('s', handle) })
      const target = { destination: PORTAL, path: DESKTOP, interface: SCREEN_CAST, member }
      await this.#bus.call({ ...target, signature, args: [...args, entries] }, limitMs)
      const [code, results] = await answered
      if (code === 0) return results as Map<string, unknown>
      const why = code === 1 ? 'It was refused on the desktop.' : 'The desktop could not do it.'
      throw new PortalError('refused', `The desktop does not share the screen. ${why}`)
    } finally {
      limit?.stop()
    }
  }

  /** Takes back a request, and with it what the user is asked. */
  #cancel(path: string): void {
    const call = { destination: PORTAL, path, interface: REQUEST, member: 'Close' }
    void this.#bus.call(call, CLOSE_MS).catch(() => {})
  }
}

async function createSession(requests: PortalRequests): Promise<string> {
  const token = new Variant('s', `f2f_${randomBytes(8).toString('hex')}`)
  const options = { session_handle_token: token }
  const results = await requests.make('CreateSession', 'a{sv}', [], options, ACCEPT_MS)
  const session = results.get('session_handle')
  if (typeof session === 'string') return session
  throw new PortalError('refused', 'The desktop portal has opened no session.')
}

function readStarted(results: Map<string, unknown>): SharedScreen {
  const [first] = (results.get('streams') ?? []) as [number, Map<string, unknown>][]
  if (first === undefined)
    throw new PortalError('refused', 'The desktop does not share the screen. It shared nothing.')
  const [node, properties] = first
  const [x = 0, y = 0] = (properties.get('position') ?? []) as number[]
  const [width = 0, height = 0] = (properties.get('size') ?? []) as number[]
  const token = results.get('restore_token')
  const restoreToken = typeof token === 'string' ? token : null
  return { stream: { node, x, y, width, height }, restoreToken }
}

function toPortalError(cause: unknown): PortalError {
  if (cause instanceof PortalError) return cause
  const { kind, message } = cause as { kind?: PortalError['kind']; message: string }
  if (kind === 'silent')
    return new PortalError('silent', 'The desktop portal does not answer.', { cause })
  const isMissing = /ServiceUnknown|NameHasNoOwner|UnknownMethod|InvalidArgs|UnknownInterface/.test(
    (cause as { errorName?: string }).errorName ?? '',
  )
  if (isMissing || kind === 'absent')
    return new PortalError('absent', 'The session has no desktop portal that shares the screen.', {
      cause,
    })
  return new PortalError('refused', `The desktop portal refuses. ${message}`, { cause })
}
