import { randomFillSync } from 'node:crypto'
import { open, rm, stat } from 'node:fs/promises'
import type { LogBallast } from './port.ts'

/**
 * LevelDB's write-ahead log is at most 4 MB. When the log is opened again, LevelDB rewrites it as a
 * table, so it is on disk twice for a while. The facts that end open recordings follow.
 */
export const BALLAST_BYTES = 8 * 1_048_576

const BLOCK_BYTES = 256 * 1_024

/**
 * A file that reserves space on the log's disk. Releasing it lets the log write how everything
 * ended.
 */
export class Ballast implements LogBallast {
  readonly bytes: number
  readonly #file: string
  #isWanted = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(file: string, bytes = BALLAST_BYTES) {
    this.#file = file
    this.bytes = bytes
  }

  ensure(): Promise<boolean> {
    this.#isWanted = true
    return this.#enqueue(() => this.#write())
  }

  release(): Promise<boolean> {
    // A file being written ends at the next block.
    this.#isWanted = false
    return this.#enqueue(() => this.#remove())
  }

  #enqueue(work: () => Promise<boolean>): Promise<boolean> {
    const done = this.#last.then(work).catch(() => false)
    this.#last = done
    return done
  }

  async #write(): Promise<boolean> {
    if (!this.#isWanted) return false
    if (await this.#isWhole()) return true
    try {
      const handle = await open(this.#file, 'w', 0o600)
      try {
        // Random bytes: zeros take no space on a file system that compresses or stores holes.
        const block = randomFillSync(Buffer.allocUnsafe(BLOCK_BYTES))
        for (let written = 0; written < this.bytes && this.#isWanted; written += block.length)
          await handle.write(block, 0, Math.min(block.length, this.bytes - written))
        await handle.datasync()
      } finally {
        await handle.close()
      }
    } catch (error) {
      await rm(this.#file, { force: true })
      throw error
    }
    return this.#isWanted
  }

  async #isWhole(): Promise<boolean> {
    const found = await stat(this.#file).catch(() => undefined)
    if (found?.size !== this.bytes) return false
    // A hole has the size but not the blocks. Windows counts no blocks.
    return process.platform === 'win32' || found.blocks * 512 >= this.bytes
  }

  async #remove(): Promise<boolean> {
    const found = await stat(this.#file).catch(() => undefined)
    await rm(this.#file, { force: true })
    return found !== undefined
  }
}
