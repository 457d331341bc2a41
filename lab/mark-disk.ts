import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DISK_MARK } from '../src/recorder/disk/recordings-disk.ts'

/**
 * Marks the disk of a home whose recordings are made up, without files, so that it is not taken for
 * another one.
 */
export function markDisk(home: string): void {
  writeFileSync(join(home, 'recordings', DISK_MARK), '')
}
