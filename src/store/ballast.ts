import { randomFillSync } from 'node:crypto'
import { open, rm, stat } from 'node:fs/promises'
import type { LogBallast } from './types.ts'

/**
 * LevelDB's write-ahead log is at most 4 MB, is written anew as a table when the log is opened
 * again, and lies there twice meanwhile; then come the facts that end what was going on.
 */
export const BALLAST_BYTES = 8 * 1_048_576

const BLOCK_BYTES = 256 * 1_024

/** A file that keeps room on the log's disk, and is given up so that the log can write the end. */
export class Ballast implements LogBallast {
  readonly bytes: number
  readonly #file: string
  #wanted = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor(file: string, bytes = BALLAST_BYTES) {
    this.#file = file
    this.bytes = bytes
  }

  keep(): Promise<boolean> {
    this.#wanted = true
    return this.#next(() => this.#make())
  }

  drop(): Promise<boolean> {
    // Whoever is writing it stops at the next block.
    this.#wanted = false
    return this.#next(() => this.#remove())
  }

  #next(work: () => Promise<boolean>): Promise<boolean> {
    const done = this.#turn.then(work).catch(() => false)
    this.#turn = done
    return done
  }

  async #make(): Promise<boolean> {
    if (!this.#wanted) return false
    if (await this.#isWhole()) return true
    try {
      const handle = await open(this.#file, 'w', 0o600)
      try {
        // Noise: a file of zeros takes no room where the file system compresses, and none where it
        // keeps holes.
        const block = randomFillSync(Buffer.allocUnsafe(BLOCK_BYTES))
        for (let written = 0; written < this.bytes && this.#wanted; written += block.length)
          await handle.write(block, 0, Math.min(block.length, this.bytes - written))
        await handle.datasync()
      } finally {
        await handle.close()
      }
    } catch (error) {
      await rm(this.#file, { force: true })
      throw error
    }
    return this.#wanted
  }

  async #isWhole(): Promise<boolean> {
    const found = await stat(this.#file).catch(() => undefined)
    if (found?.size !== this.bytes) return false
    // Where blocks are counted, they must be there.
    return process.platform === 'win32' || found.blocks * 512 >= this.bytes
  }

  async #remove(): Promise<boolean> {
    const there = await stat(this.#file).catch(() => undefined)
    await rm(this.#file, { force: true })
    return there !== undefined
  }
}
