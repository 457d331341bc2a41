import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Returns all bytes of the files in a folder. LevelDB may remove one while they are read. */
export function rawBytes(folder: string): Buffer {
  for (;;) {
    try {
      return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
