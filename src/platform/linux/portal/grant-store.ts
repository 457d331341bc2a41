import { readFile } from 'node:fs/promises'
import { BusConnection, BusError } from '../../../dbus/connection.ts'

const STORE = 'org.freedesktop.impl.portal.PermissionStore'
const TABLE = 'screencast'
const ANSWER_MS = 1_000

/**
 * Whether the desktop still knows a grant: `valid`, `withdrawn`, or `foreign` when it was given
 * to another program. Looks into the portal's store, so that no dialog can appear. Rejects with
 * {@link BusError} when the store does not answer.
 */
export async function checkGrant(
  env: NodeJS.ProcessEnv,
  restoreToken: string,
): Promise<'valid' | 'withdrawn' | 'foreign'> {
  const bus = await BusConnection.open(env, ANSWER_MS)
  try {
    const place = { destination: STORE, path: `/${STORE.replaceAll('.', '/')}`, interface: STORE }
    const question = { signature: 'ss', args: [TABLE, restoreToken] }
    const [permissions] = await bus.call({ ...place, member: 'Lookup', ...question }, ANSWER_MS)
    const programs = [...(permissions as Map<string, unknown>).keys()]
    return programs.includes(await ownProgramId()) ? 'valid' : 'foreign'
  } catch (error) {
    if (error instanceof BusError && error.errorName?.endsWith('.NotFound')) return 'withdrawn'
    throw error
  } finally {
    bus.close()
  }
}

/**
 * The name by which the portal knows this process: the desktop's program in whose systemd unit it
 * runs, such as a terminal. Empty for the recorder's own service and outside of systemd.
 */
export async function ownProgramId(): Promise<string> {
  return programIdOf(await readFile('/proc/self/cgroup', 'utf8').catch(() => ''))
}

/** Reads that name from /proc/self/cgroup, as xdg-desktop-portal does. */
export function programIdOf(cgroups: string): string {
  const [, below = ''] = /^0::.*?\/user@\d+\.service\/(.*)$/m.exec(cgroups) ?? []
  const unit = below.split('/').find((name) => !name.endsWith('.slice')) ?? ''
  const [, escaped = ''] =
    /^app-(?:[a-z0-9]+-)?(.+?)-[a-z0-9]*\.scope$/i.exec(unit) ??
    /^app-(?:[a-z0-9]+-)?(.+?)(?:@[a-z0-9]*|-autostart)?\.service$/i.exec(unit) ??
    []
  return escaped.replace(/\\x([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}
