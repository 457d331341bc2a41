import { readFile } from 'node:fs/promises'
import type { NetConnectOpts } from 'node:net'
import { join } from 'node:path'

const PORT = 4_713
const SYSTEM_SOCKET = '/var/run/pulse/native'
const COOKIE_BYTES = 256

/**
 * The addresses to try for the sound server, in order, as libpulse finds them: those that
 * `PULSE_SERVER` names, or else the socket in `PULSE_RUNTIME_PATH` or `XDG_RUNTIME_DIR`, and that
 * of a server for the whole system.
 */
export function serverAddresses(env: NodeJS.ProcessEnv): NetConnectOpts[] {
  if (env.PULSE_SERVER) return env.PULSE_SERVER.trim().split(/\s+/).flatMap(parseAddress)
  const runtime =
    env.PULSE_RUNTIME_PATH || (env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, 'pulse'))
  const own = runtime ? [{ path: join(runtime, 'native') }] : []
  return [...own, { path: SYSTEM_SOCKET }]
}

/** Parses one address of `PULSE_SERVER`: `[{machine}][unix:|tcp:|tcp4:|tcp6:]place[:port]`. */
function parseAddress(address: string): NetConnectOpts[] {
  // The id of the machine that the address is valid on. Our own is not looked up.
  const place = address.replace(/^\{[^}]*\}/, '')
  if (place.startsWith('/')) return [{ path: place }]
  const [, kind = 'tcp', rest = ''] = /^(?:(unix|tcp|tcp4|tcp6):)?(.+)$/.exec(place) ?? []
  if (kind === 'unix') return rest === '' ? [] : [{ path: rest }]
  const [, host = '', port = ''] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(rest) ?? []
  if (host === '') return []
  const family = kind === 'tcp4' ? 4 : kind === 'tcp6' ? 6 : 0
  return [{ host: host.replace(/[[\]]/g, ''), port: Number(port || PORT), family }]
}

/**
 * Reads the cookie that a client proves itself with: the file that `PULSE_COOKIE` names, or else
 * the usual ones. Zeros when there is none: a server of the same user asks for no cookie, because
 * the kernel tells it who connects.
 */
export async function readCookie(env: NodeJS.ProcessEnv): Promise<Buffer> {
  const config = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, '.config'))
  const files = [
    env.PULSE_COOKIE,
    config && join(config, 'pulse', 'cookie'),
    env.HOME && join(env.HOME, '.pulse-cookie'),
  ]
  for (const file of files) {
    const bytes = file ? await readFile(file).catch(() => undefined) : undefined
    if (bytes?.length === COOKIE_BYTES) return bytes
  }
  return Buffer.alloc(COOKIE_BYTES)
}
