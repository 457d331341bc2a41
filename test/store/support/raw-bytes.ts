import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Returns all bytes of the files in a folder. */
export function rawBytes(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
}
