import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { BusConnection } from '../src/dbus/connection.ts'
import { type HelperProcess, startHelper, untilReady } from './helper-process.ts'
import { RemoteInput } from './remote-input.ts'
import { untilAccepting } from './sound-server.ts'
import { setMonitors } from './wayland-monitors.ts'

const WINDOW = fileURLToPath(new URL('./wayland-window.py', import.meta.url))
const LIBEXEC = '/usr/libexec'
const ANSWER_MS = 10_000
const CLICK_AGAIN_MS = 250
/**
 * Where the dialog has its first monitor and its button, from the middle of the screen: in GNOME 43
 * and in GNOME 48, whose dialog is smaller on a small screen. A place of the other one is empty, or
 * chooses only what is then chosen anew.
 */
const DIALOGS = [
  { monitor: { x: 0, y: 26 }, share: [{ x: 212, y: -127 }] },
  {
    monitor: { x: -126, y: 66 },
    share: [
      { x: 272, y: -157 },
      { x: 282, y: -228 },
    ],
  },
]
const DISPLAY = 'wayland-0'

/**
 * Says that GNOME's portal serves this session, and only for the screen: each further portal would
 * prolong its start.
 */
const PORTAL = `[portal]
DBusName=org.freedesktop.impl.portal.desktop.gnome
Interfaces=org.freedesktop.impl.portal.ScreenCast;
UseIn=gnome
`

interface Size {
  width: number
  height: number
}

/** The programs of a session, in the order in which they start. */
const PROGRAMS = [
  'mutter',
  'xdg-permission-store',
  'xdg-desktop-portal-gnome',
  'xdg-desktop-portal',
]
/** The names on the bus of those that others wait for. */
const BUS_NAMES: Record<string, string> = {
  'xdg-permission-store': 'org.freedesktop.impl.portal.PermissionStore',
  'xdg-desktop-portal-gnome': 'org.freedesktop.impl.portal.desktop.gnome',
  'xdg-desktop-portal': 'org.freedesktop.portal.Desktop',
}

/**
 * A private Wayland session: a compositor without a real screen (mutter), and GNOME's portal. It
 * lives in the folder and on the bus of a PipeWire server; see `startPipeWire`.
 */
export class WaylandSession {
  /** Environment of the programs that use it, to be spread over that of the sound server. */
  readonly env: NodeJS.ProcessEnv
  readonly #folder: string
  readonly #monitors: readonly Size[]
  readonly #hasX: boolean
  readonly #running = new Map<string, HelperProcess>()
  readonly #inputs: RemoteInput[] = []
  #window: HelperProcess | undefined

  /** Starts a session without X server. Resolves when its portal answers. */
  static start(folder: string, ...monitors: Size[]): Promise<WaylandSession> {
    return WaylandSession.#begin(new WaylandSession(folder, monitors, false))
  }

  /** The same with an X server in it (XWayland), whose windows are on its screen. */
  static startWithX(folder: string, ...monitors: Size[]): Promise<WaylandSession> {
    return WaylandSession.#begin(new WaylandSession(folder, monitors, true))
  }

  static async #begin(session: WaylandSession): Promise<WaylandSession> {
    const portals = join(session.#folder, 'portals')
    await mkdir(portals, { recursive: true })
    await writeFile(join(portals, 'gnome.portal'), PORTAL)
    try {
      await session.revive()
      return session
    } catch (error) {
      await session.stop()
      throw error
    }
  }

  private constructor(folder: string, monitors: readonly Size[], hasX: boolean) {
    this.#folder = folder
    this.#monitors = monitors
    this.#hasX = hasX
    this.env = {
      XDG_RUNTIME_DIR: folder,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}`,
      WAYLAND_DISPLAY: DISPLAY,
      XDG_SESSION_TYPE: 'wayland',
      XDG_CURRENT_DESKTOP: 'GNOME',
      DISPLAY: undefined,
      XAUTHORITY: undefined,
    }
  }

  /** The id of the process of one of its programs, for tests that freeze or kill it. */
  pid(program: 'mutter' | 'xdg-desktop-portal-gnome' | 'xdg-desktop-portal'): number {
    return this.#running.get(program)!.pid
  }

  /** Starts those of its programs again that have ended. */
  async revive(): Promise<void> {
    const isNew = !isRunning(this.#running.get('mutter'))
    for (const program of PROGRAMS)
      if (!isRunning(this.#running.get(program))) await this.#start(program)
    // By itself mutter puts the largest one first.
    if (isNew) await this.clear()
    if (isNew)
      await setMonitors(
        this.env,
        this.#monitors.map((_, index) => ({ name: `Meta-${index}` })),
      )
  }

  /** Fills the screen with a colour (`#rrggbb`), except for a small square in its middle. */
  async fill(color: string): Promise<void> {
    this.#window ??= await this.#openWindow()
    this.#window.child.stdin!.write(`${color}\n`)
    await untilReady(this.#window, once(this.#window.child.stdout!, 'data'))
  }

  /** Closes the window that fills the screen, which would hide the portal's dialog. */
  async clear(): Promise<void> {
    await this.#window?.stop()
    this.#window = undefined
  }

  /**
   * Chooses the first monitor in the portal's dialog and shares it, as soon as the dialog is there.
   * Resolves with what `asked` does, whose question the dialog is.
   */
  async share<T>(asked: Promise<T>): Promise<T> {
    const { width, height } = this.#monitors[0]!
    const at = ({ x, y }: { x: number; y: number }) => [width / 2 + x, height / 2 + y] as const
    return this.#repeat(asked, async (input, time) => {
      const { monitor, share } = DIALOGS[time % DIALOGS.length]!
      for (const place of [monitor, ...share]) await input.click(...at(place))
    })
  }

  /** The same, but refuses. */
  async refuse<T>(asked: Promise<T>): Promise<T> {
    return this.#repeat(asked, (input) => input.press('Escape'))
  }

  /** The sessions in which the compositor shows the screen to programs now. */
  async casts(): Promise<number> {
    const path = '/org/gnome/Mutter/ScreenCast/Session'
    const asks = { interface: 'org.freedesktop.DBus.Introspectable', member: 'Introspect' }
    const bus = await BusConnection.open(this.env, ANSWER_MS)
    const call = { destination: 'org.gnome.Mutter.ScreenCast', path, ...asks }
    const [text] = await bus.call(call, ANSWER_MS).finally(() => bus.close())
    return [...String(text).matchAll(/<node name=/g)].length
  }

  async stop(): Promise<void> {
    for (const input of this.#inputs.splice(0)) input.close()
    await this.clear()
    await Promise.all([...this.#running.values()].map((one) => one.stop()))
  }

  /** Does it again until `asked` has settled: nothing outside tells when a dialog can be used. */
  async #repeat<T>(
    asked: Promise<T>,
    act: (input: RemoteInput, time: number) => Promise<void>,
  ): Promise<T> {
    const input = await RemoteInput.open(this.env)
    this.#inputs.push(input)
    let isOver = false
    const end = () => {
      isOver = true
    }
    asked.then(end, end)
    for (let time = 0; !isOver; time++) {
      await act(input, time)
      await setTimeout(CLICK_AGAIN_MS)
    }
    return asked
  }

  async #start(program: string): Promise<void> {
    const path = program === 'mutter' ? program : join(LIBEXEC, program)
    const sizes = this.#monitors.map(({ width, height }) => `${width}x${height}`)
    const headless = ['--headless', '--wayland', '--wayland-display', DISPLAY]
    const x11 = this.#hasX ? [] : ['--no-x11']
    const args = [...headless, ...x11, ...sizes.flatMap((size) => ['--virtual-monitor', size])]
    const helper = await startHelper(path, program === 'mutter' ? args : [], {
      env: { ...process.env, ...this.env, ...privateFolders(this.#folder) },
    })
    this.#running.set(program, helper)
    const name = BUS_NAMES[program]
    await (name === undefined
      ? untilAccepting(helper, join(this.#folder, DISPLAY))
      : untilOwned(name, this.env, helper))
    if (program === 'mutter' && this.#hasX)
      Object.assign(this.env, await xWaylandOf(helper, this.#folder))
  }

  async #openWindow(): Promise<HelperProcess> {
    const env = { ...process.env, ...this.env }
    const window = await startHelper('python3', [WINDOW], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    await untilReady(window, once(window.child.stdout as Readable, 'data'))
    return window
  }
}

/** The environment by which programs find the X server of a session that has just started. */
async function xWaylandOf(mutter: HelperProcess, folder: string): Promise<NodeJS.ProcessEnv> {
  const named = () => /public X11 display (:\d+)/.exec(mutter.stderr())?.[1]
  while (named() === undefined)
    await untilReady(mutter, once(mutter.child.stderr as Readable, 'data'))
  const cookies = (await readdir(folder)).find((name) => name.startsWith('.mutter-Xwaylandauth'))
  return { DISPLAY: named(), XAUTHORITY: cookies && join(folder, cookies) }
}

function isRunning(helper: HelperProcess | undefined): boolean {
  return helper?.child.exitCode === null && helper.child.signalCode === null
}

/** Keeps the session's own programs from the files and settings of the person. */
function privateFolders(folder: string): NodeJS.ProcessEnv {
  return {
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_DESKTOP_PORTAL_DIR: join(folder, 'portals'),
    DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}`,
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
    GTK_A11Y: 'none',
    LC_ALL: 'C.UTF-8',
  }
}

/** Resolves when a program has its name on the bus. */
async function untilOwned(
  name: string,
  env: NodeJS.ProcessEnv,
  helper: HelperProcess,
): Promise<void> {
  const bus = await BusConnection.open(env, ANSWER_MS)
  try {
    const owned = new Promise<void>((resolve, reject) => {
      const signal = { interface: 'org.freedesktop.DBus', member: 'NameOwnerChanged', arg0: name }
      const onOwner = ([, , owner]: unknown[]) => owner !== '' && resolve()
      void bus.subscribe(signal, onOwner, ANSWER_MS).catch(reject)
      const target = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus' }
      const question = { member: 'NameHasOwner', signature: 's', args: [name] }
      const call = { ...target, interface: 'org.freedesktop.DBus', ...question }
      void bus.call(call, ANSWER_MS).then(([isOwned]) => isOwned === true && resolve(), reject)
    })
    await untilReady(helper, owned)
  } finally {
    bus.close()
  }
}
