import { readIfThere } from '../../../disk/read-if-there.ts'
import { writePrivateFile } from '../../../disk/write-private-file.ts'

/** The user's grant to record a monitor of a Wayland session. */
export interface ScreenGrant {
  /** The monitor, by the name that the compositor gives it. */
  monitor: string
  /** The desktop's token for the grant. */
  restoreToken: string
}

/** Reads the grants, the default one first. Rejects when the file cannot be read. */
export async function readGrants(path: string): Promise<ScreenGrant[]> {
  const content = await readIfThere(path)
  if (content === undefined) return []
  try {
    const { grants } = JSON.parse(content.toString('utf8')) as { grants: ScreenGrant[] }
    return grants.filter(
      ({ monitor, restoreToken }) =>
        typeof monitor === 'string' && typeof restoreToken === 'string',
    )
  } catch {
    // A file that is none gives no grant. The next one that is given replaces it.
    return []
  }
}

/**
 * Adds a grant as the default one, in place of others for its monitor. The file is for this
 * user only (0600). Resolves when it is on disk.
 */
export async function addGrant(path: string, grant: ScreenGrant): Promise<void> {
  const others = (await readGrants(path)).filter(({ monitor }) => monitor !== grant.monitor)
  await write(path, [grant, ...others])
}

/** Replaces the token of a monitor's grant, because the desktop has given another one. */
export async function replaceToken(path: string, grant: ScreenGrant): Promise<void> {
  const grants = await readGrants(path)
  const replaced = grants.map((one) => (one.monitor === grant.monitor ? grant : one))
  await write(path, replaced)
}

function write(path: string, grants: ScreenGrant[]): Promise<void> {
  return writePrivateFile(path, `${JSON.stringify({ grants }, null, 2)}\n`)
}
