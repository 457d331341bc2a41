import { join } from 'node:path'

/** The bus of the user's session, or the one of the computer. */
export type BusName = 'session' | 'system'

/** Where the D-Bus specification puts the system bus. */
const SYSTEM_BUS = '/var/run/dbus/system_bus_socket'

/**
 * The path of a bus's socket, as the D-Bus specification finds it: from its environment variable,
 * else in `XDG_RUNTIME_DIR` or at its usual place. Abstract sockets begin with a zero byte. Null
 * when there is none that can be opened by a socket of this computer.
 */
export function busPath(name: BusName, env: NodeJS.ProcessEnv): string | null {
  const runtime = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'bus') : null
  return name === 'session'
    ? readAddress(env.DBUS_SESSION_BUS_ADDRESS, runtime, runtime)
    : readAddress(env.DBUS_SYSTEM_BUS_ADDRESS, SYSTEM_BUS, runtime)
}

function readAddress(
  addresses: string | undefined,
  usual: string | null,
  runtime: string | null,
): string | null {
  if (!addresses) return usual
  for (const address of addresses.split(';')) {
    const [, transport, list = ''] = /^(\w+):(.*)$/.exec(address) ?? []
    if (transport !== 'unix') continue
    const options = new Map(list.split(',').map((pair) => pair.split('=', 2) as [string, string]))
    const path = options.get('path')
    if (path) return unescapeValue(path)
    const abstract = options.get('abstract')
    if (abstract) return `\0${unescapeValue(abstract)}`
    if (options.get('runtime') === 'yes') return runtime
  }
  return null
}

function unescapeValue(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
