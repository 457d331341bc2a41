import { join } from 'node:path'

/**
 * The path of the session bus's socket, as the D-Bus specification finds it: from
 * `DBUS_SESSION_BUS_ADDRESS`, else in `XDG_RUNTIME_DIR`. Abstract sockets begin with a zero byte.
 * Null when there is none that can be opened by a socket of this computer.
 */
export function sessionBusPath(env: NodeJS.ProcessEnv): string | null {
  const runtime = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'bus') : null
  if (!env.DBUS_SESSION_BUS_ADDRESS) return runtime
  for (const address of env.DBUS_SESSION_BUS_ADDRESS.split(';')) {
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
