import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ConfirmedCheckpoint } from '../../contract/outsiders.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import type { SignedCheckpoint, TimestampKeeper } from './port.ts'
import { timeOfTimestamp } from './timestamp-token.ts'

const NAME = /^([1-9][0-9]*)\.tsr$/

/**
 * A folder with two files for each timestamp: `<size>.checkpoint` holds the bytes that it is of,
 * and `<size>.tsr` the answer of the authority, for `openssl ts -verify`.
 */
export class TimestampFolder implements TimestampKeeper {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async keep({ size, note }: SignedCheckpoint, timestamp: Buffer): Promise<void> {
    const isNew = await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    if (isNew !== undefined) await syncFolder(dirname(this.#folder))
    await this.#write(`${size}.checkpoint`, note)
    await this.#write(`${size}.tsr`, timestamp)
    await syncFolder(this.#folder)
  }

  async newest(): Promise<ConfirmedCheckpoint | null> {
    const sizes = (await this.#names())
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a)
    for (const size of sizes) {
      const time = timeOfTimestamp(await readFile(join(this.#folder, `${size}.tsr`)))
      if (time !== undefined) return { size, at: new Date(time).toISOString() }
    }
    return null
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  async #write(name: string, content: string | Buffer): Promise<void> {
    const path = join(this.#folder, name)
    const handle = await open(`${path}.next`, 'w', 0o600)
    try {
      await handle.writeFile(content)
      await handle.datasync()
    } finally {
      await handle.close()
    }
    await rename(`${path}.next`, path)
  }
}
