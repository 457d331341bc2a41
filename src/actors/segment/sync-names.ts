import { dirname } from 'node:path'
import { syncFolder } from '../../disk/sync-folder.ts'

/**
 * Forces the names of a segment's file and of its recording's folder to disk. A power cut could
 * otherwise lose the whole file, however well its bytes are kept.
 */
export async function syncNames(path: string): Promise<void> {
  await syncFolder(dirname(path))
  await syncFolder(dirname(dirname(path)))
}
