import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPipeWire } from '../../../lab/pipewire.ts'
import { WaylandSession } from '../../../lab/wayland.ts'
import { BusConnection } from '../../../src/dbus/connection.ts'
import { requestGrant } from '../../../src/platform/linux/portal/request-grant.ts'
import { type ObservedDaemon, startObserved } from './observed-daemon.ts'

const GRANT_MS = 30_000
const ANSWER_MS = 3_000

/** A Wayland session with a daemon that may record its screen. */
export interface WaylandDesk {
  session: WaylandSession
  daemon: ObservedDaemon
  /** Grants the screen to the recorder once more. */
  permit(): Promise<void>
  stop(): Promise<void>
}

/** Starts a session of one monitor, grants its screen, and starts the daemon in it. */
export async function startWaylandDesk(): Promise<WaylandDesk> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-wayland-'))
  const home = join(folder, 'home')
  await mkdir(home)
  const sound = await startPipeWire(folder, { quietRoom: false })
  const session = await WaylandSession.start(folder, { width: 640, height: 360 })
  const env = { ...sound.env, ...session.env }
  const permit = async () => {
    const grants = join(home, 'screen-grants.json')
    await session.share(requestGrant({ ...process.env, ...env }, grants, GRANT_MS))
  }
  await permit()
  const daemon = await startObserved({ source: 'devices', env, home })
  return {
    session,
    daemon,
    permit,
    async stop() {
      await daemon.stop()
      await session.stop()
      await sound.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Withdraws all grants of screens, as a desktop's settings do. */
export async function withdrawGrants(env: NodeJS.ProcessEnv): Promise<void> {
  const name = 'org.freedesktop.impl.portal.PermissionStore'
  const store = { destination: name, path: `/${name.replaceAll('.', '/')}`, interface: name }
  const bus = await BusConnection.open(env, ANSWER_MS)
  const table = ['screencast']
  const list = { ...store, member: 'List', signature: 's', args: table }
  const [ids] = (await bus.call(list, ANSWER_MS)) as [string[]]
  for (const id of ids) {
    const removal = { member: 'Delete', signature: 'ss', args: [...table, id] }
    await bus.call({ ...store, ...removal }, ANSWER_MS)
  }
  bus.close()
}

/** Sees the calls of the portal's methods as they come. */
export class PortalCalls {
  readonly #monitor: ChildProcess
  #seen = ''
  #onText: () => void = () => {}

  /** Resolves when it sees what comes from then on. */
  static async watch(env: NodeJS.ProcessEnv): Promise<PortalCalls> {
    const rule = "type='method_call',interface='org.freedesktop.portal.ScreenCast'"
    const options = { env: { ...process.env, ...env } }
    const calls = new PortalCalls(spawn('dbus-monitor', ['--session', rule], options))
    await calls.until('NameAcquired')
    return calls
  }

  private constructor(monitor: ChildProcess) {
    this.#monitor = monitor
    monitor.stdout!.on('data', (text) => {
      this.#seen += text
      this.#onText()
    })
  }

  /** Resolves when a method has been called since it watches. */
  until(member: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onText = () => {
        if (this.#seen.includes(`member=${member}`)) resolve()
      }
      this.#onText()
    })
  }

  stop(): void {
    this.#monitor.kill()
  }
}
