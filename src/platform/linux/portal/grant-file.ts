import { readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../../../disk/sync-folder.ts'
import { writeSynced } from '../../../disk/write-synced.ts'

/** The user's grant to record a monitor of a Wayland session. */
export interface ScreenGrant {
  /** The monitor, by the name that the compositor gives it. */
  monitor: string
  /** The desktop's token for the grant. */
  restoreToken: string
}

/** Reads the grants, the default one first. Rejects when the file cannot be read. */
export async function readGrants(path: string): Promise<ScreenGrant[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return []
  try {
    const { grants } = JSON.parse(text) as { grants: ScreenGrant[] }
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

async function write(path: string, grants: ScreenGrant[]): Promise<void> {
  const draft = `${path}.part`
  await writeSynced(draft, `${JSON.stringify({ grants }, null, 2)}\n`, 'w')
  await rename(draft, path)
  await syncFolder(dirname(path))
}
