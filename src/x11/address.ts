import { readFile } from 'node:fs/promises'
import type { NetConnectOpts } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'

const TCP_BASE_PORT = 6_000

/** The address of an X display: its server and the number of its screen. */
export interface X11Address {
  /** Null for this computer, by a local socket. */
  host: string | null
  display: number
  screen: number
}

/**
 * Parses the value of `DISPLAY`, X(7): `[host]:display[.screen]`. Null for obsolete forms and those
 * of other systems.
 */
export function parseDisplay(name: string): X11Address | null {
  const match = /^(unix|\[[0-9a-f:]+\]|[\w.-]*):(\d{1,5})(?:\.(\d{1,3}))?$/i.exec(name)
  if (match === null) return null
  const [, host = '', display, screen = '0'] = match
  const isLocal = host === '' || host === 'unix'
  return {
    host: isLocal ? null : host.replace(/[[\]]/g, ''),
    display: Number(display),
    screen: Number(screen),
  }
}

/**
 * The sockets to try for a display, in order. A sandbox may have only one of the two local ones.
 */
export function socketAddresses({ host, display }: X11Address): NetConnectOpts[] {
  if (host !== null) return [{ host, port: TCP_BASE_PORT + display }]
  const path = `/tmp/.X11-unix/X${display}`
  return process.platform === 'linux' ? [{ path: `\0${path}` }, { path }] : [{ path }]
}

/**
 * The credential that a client sends when it connects: a protocol's name and its data. Both are
 * empty when none is known.
 */
export interface X11Credential {
  name: string
  data: Buffer
}

const COOKIE = 'MIT-MAGIC-COOKIE-1'
const FAMILY_LOCAL = 256
const FAMILY_WILD = 65_535
const NO_CREDENTIAL: X11Credential = { name: '', data: Buffer.alloc(0) }

/**
 * Finds the cookie for a display in the file of Xsecurity(7): `XAUTHORITY`, else `~/.Xauthority`.
 */
export async function findCredential(
  address: X11Address,
  env: NodeJS.ProcessEnv,
): Promise<X11Credential> {
  const file = env.XAUTHORITY || (env.HOME ? join(env.HOME, '.Xauthority') : undefined)
  if (file === undefined) return NO_CREDENTIAL
  const bytes = await readFile(file).catch(() => undefined)
  return bytes ? findCookie(bytes, address, hostname()) : NO_CREDENTIAL
}

/**
 * Finds the entry of an Xauthority file that fits a display. A remote display gets only a cookie
 * under its own name.
 */
export function findCookie(file: Buffer, address: X11Address, ownName: string): X11Credential {
  const fitting = parseEntries(file).filter(
    ({ number, name }) => name === COOKIE && (number === '' || number === String(address.display)),
  )
  const names = address.host === null || address.host === 'localhost' ? [ownName] : [address.host]
  const entry =
    fitting.find(({ family, host }) => family === FAMILY_LOCAL && names.includes(host)) ??
    fitting.find(({ family }) => family === FAMILY_WILD) ??
    // The computer may have changed its name since the session began.
    fitting.find(({ family }) => family === FAMILY_LOCAL && address.host === null)
  return entry ? { name: entry.name, data: entry.data } : NO_CREDENTIAL
}

/** Encodes an Xauthority file with one cookie, for any display. */
export function encodeCookie(cookie: Buffer): Buffer {
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    return Buffer.concat([length, bytes])
  }
  const family = Buffer.alloc(2)
  family.writeUInt16BE(FAMILY_WILD)
  const empty = Buffer.alloc(0)
  return Buffer.concat([family, ...[empty, empty, Buffer.from(COOKIE), cookie].map(field)])
}

interface Entry {
  family: number
  host: string
  number: string
  name: string
  data: Buffer
}

/**
 * Parses the entries of an Xauthority file: a family, then four fields, each after its length; all
 * big-endian.
 */
function parseEntries(file: Buffer): Entry[] {
  const entries: Entry[] = []
  let offset = 0
  const field = (): Buffer => {
    const start = offset + 2
    offset = start + file.readUInt16BE(offset)
    if (offset > file.length) throw new RangeError('a field beyond the end')
    return file.subarray(start, offset)
  }
  try {
    while (offset < file.length) {
      const family = file.readUInt16BE(offset)
      offset += 2
      const [host, number, name] = [field(), field(), field()].map((bytes) =>
        bytes.toString('latin1'),
      )
      entries.push({ family, host: host!, number: number!, name: name!, data: field() })
    }
  } catch (error) {
    // A truncated file: the entries before its end count.
    if (!(error instanceof RangeError)) throw error
  }
  return entries
}
