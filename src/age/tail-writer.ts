import type { FileHandle } from 'node:fs/promises'
import { hasRoom, type Slot, writeMore, writeTail } from './tail.ts'

/**
 * Writes the tail of a file that grows. What was forced to disk once is never written over before
 * something newer has been forced: a slot is begun anew only when the other one is on disk, and a
 * further record of a slot touches no page of those before it.
 */
export class TailWriter {
  readonly #file: FileHandle
  readonly #key: Buffer
  #slot: Slot | undefined
  /** Whether something of the slot has been forced to disk. */
  #isForced = false

  constructor(file: FileHandle, key: Buffer) {
    this.#file = file
    this.#key = key
  }

  /** Writes what a chunk has so far. It only grows until the next chunk begins. */
  async write(chunk: number, content: Buffer): Promise<void> {
    const slot = this.#slot
    if (slot?.chunk !== chunk) return this.#begin(chunk, content, false)
    const more = content.subarray(slot.bytes)
    if (more.length === 0) return
    // Sealing all of it each time would cost more than the media themselves.
    if (!hasRoom(slot, more.length)) return this.#begin(chunk, content, false)
    this.#slot = await writeMore(this.#file, this.#key, slot, more)
  }

  /** Writes the last chunk, whose nonce must seal nothing else from then on. */
  writeLast(chunk: number, content: Buffer): Promise<void> {
    return this.#begin(chunk, content, true)
  }

  /** Forces to disk what has been written. */
  async sync(): Promise<void> {
    await this.#file.datasync()
    this.#isForced = true
  }

  async #begin(chunk: number, content: Buffer, isLast: boolean): Promise<void> {
    const before = this.#slot?.sequence ?? 0
    const sequence = this.#isForced ? before + 1 : before
    this.#slot = await writeTail(this.#file, this.#key, { sequence, chunk, isLast, content })
    this.#isForced = false
  }
}
