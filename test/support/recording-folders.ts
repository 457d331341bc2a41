import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DISK_MARK } from '../../src/recorder/disk/recordings-disk.ts'

/** Lists the names in a home's folder of recordings, but for the mark of its disk; sorted. */
export function recordingFolders(home: string): string[] {
  return readdirSync(join(home, 'recordings'))
    .filter((name) => name !== DISK_MARK)
    .sort()
}
