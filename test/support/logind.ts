import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './suite.ts'

const LOGIND = 'org.freedesktop.login1'
const MANAGER = '/org/freedesktop/login1'
const OWN = '/org/freedesktop/login1/session/auto'
const SESSION = `${LOGIND}.Session`
const MANAGER_TYPE = `${LOGIND}.Manager`
/** Debian's, which has the module. */
const PYTHON = '/usr/bin/python3'
const MOCK = 'org.freedesktop.DBus.Mock'

/** A system bus of its own, with everything allowed. */
const busConfig = (
  socket: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

/** A stand-in for systemd-logind on a private bus. */
export interface StandInLogind {
  /** The environment of programs that are to find it. */
  readonly env: NodeJS.ProcessEnv
  /** Changes a property of the session, such as `LockedHint`. */
  set(property: 'LockedHint' | 'Active', value: boolean): void
  /** Asks the session to lock or unlock, as `loginctl lock-session` does. */
  request(what: 'Lock' | 'Unlock', path?: string): void
  prepareForSleep(isBeginning: boolean): void
  /** Another program sends a signal of logind, to everybody or to each client on its own. */
  forge(interfaceName: 'Session' | 'Manager', member: string, isDirected: boolean): void
  /** Ends the session: the caller belongs to none any more. */
  endSession(): void
  /** Ends the service. */
  end(): Promise<void>
  /** Ends the service, and brings it back. */
  restart(): Promise<void>
  /** Ends the bus with the service, and brings both back at the same address. */
  restartBus(): Promise<void>
  stop(): Promise<void>
}

/** Why there can be no stand-in here; null when there can. */
export function logindProblem(): string | null {
  for (const [program, args] of [
    ['gdbus', ['help']],
    ['dbus-daemon', ['--version']],
    [PYTHON, ['-c', 'import dbusmock']],
  ] as const)
    if (spawnSync(program, args, { stdio: 'ignore' }).status !== 0)
      return `${program} ${args.join(' ')} fails`
  return null
}

/** Starts a private bus with a stand-in for logind, whose session is active and not locked. */
export async function startLogind(): Promise<StandInLogind> {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-bus-'))
  const config = join(folder, 'bus.conf')
  const socket = join(folder, 'bus')
  writeFileSync(config, busConfig(socket))
  let bus = await startBus(config)
  const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${socket}` }
  const call = (path: string, method: string, ...args: string[]): string =>
    execFileSync(
      'gdbus',
      ['call', '--system', '-d', LOGIND, '-o', path, '-m', `${MOCK}.${method}`, ...args],
      { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    )
  let service = await startService(env, call)
  return {
    env,
    set: (property, value) =>
      void call(OWN, 'UpdateProperties', SESSION, `{'${property}': <${value}>}`),
    request: (what, path = OWN) => void call(path, 'EmitSignal', SESSION, what, '', '[]'),
    prepareForSleep(isBeginning) {
      const signal = ['PrepareForSleep', 'b', `[<${isBeginning}>]`]
      call(MANAGER, 'UpdateProperties', MANAGER_TYPE, `{'PreparingForSleep': <${isBeginning}>}`)
      call(MANAGER, 'EmitSignal', MANAGER_TYPE, ...signal)
    },
    forge(interfaceName, member, isDirected) {
      const path = interfaceName === 'Session' ? OWN : MANAGER
      const signal = ['--object-path', path, '--signal', `${LOGIND}.${interfaceName}.${member}`]
      const values = member === 'PrepareForSleep' ? ['true'] : []
      const emit = (...to: string[]) =>
        execFileSync('gdbus', ['emit', '--system', ...signal, ...to, ...values], { env })
      if (!isDirected) return void emit()
      for (const name of clients(env)) emit('--dest', name)
    },
    endSession: () => void call(MANAGER, 'RemoveObject', OWN),
    end: () => end(service),
    async restart() {
      await end(service)
      service = await startService(env, call)
    },
    async restartBus() {
      await end(service)
      await end(bus)
      rmSync(socket, { force: true })
      bus = await startBus(config)
      service = await startService(env, call)
    },
    async stop() {
      await end(service)
      await end(bus)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startBus(config: string): Promise<ChildProcess> {
  const args = ['--nofork', '--print-address', `--config-file=${config}`]
  const bus = spawn('dbus-daemon', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  // It prints its address once it listens.
  await once(bus.stdout, 'data')
  return bus
}

/** The unique names of all connections to the bus. */
function clients(env: NodeJS.ProcessEnv): string[] {
  const bus = 'org.freedesktop.DBus'
  const where = ['-d', bus, '-o', '/org/freedesktop/DBus', '-m', `${bus}.ListNames`]
  const names = execFileSync('gdbus', ['call', '--system', ...where], { env, encoding: 'utf8' })
  return names.match(/:\d+\.\d+/g) ?? []
}

async function startService(
  env: NodeJS.ProcessEnv,
  call: (path: string, method: string, ...args: string[]) => string,
): Promise<ChildProcess> {
  const args = ['-m', 'dbusmock', '--system', LOGIND, MANAGER, MANAGER_TYPE]
  const service = spawn(PYTHON, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  await eventually('a stand-in for logind', () => {
    try {
      call(MANAGER, 'AddProperties', MANAGER_TYPE, `{'PreparingForSleep': <false>}`)
      call(MANAGER, 'AddObject', OWN, SESSION, SESSION_PROPERTIES, '[]')
      return true
    } catch {
      return false
    }
  })
  return service
}

const SESSION_PROPERTIES = `{'Id': <'7'>, 'Active': <true>, 'LockedHint': <false>}`

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
