import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hashFile } from '../disk/hash-file.ts'
import { openIfThere } from '../disk/open-if-there.ts'
import { syncFolder } from '../disk/sync-folder.ts'
import { writeFully } from '../disk/write-fully.ts'
import { isWholeBeginning, openBeginning, type Payload, readBeginning } from './beginning.ts'
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, sealChunk, tryOpenChunk } from './chunks.ts'
import type { Identity } from './identity.ts'
import { SealedFileError } from './sealed-file-error.ts'
import { isSameSlot, readTails, type Tail, tailKey, tailPath, writeTail } from './tail.ts'

/**
 * No medium fills so many chunks before its first one is forced to disk. Where the next one is
 * whole, no power cut has taken the beginning.
 */
const FORCED_CHUNKS = 32

/**
 * An age file whose writing was interrupted: its whole chunks, and what its tail knows beyond them.
 * Recovery is deterministic, and may itself be interrupted at any step and begin again: no nonce
 * ever seals two different chunks.
 */
export class InterruptedFile {
  readonly #path: string
  readonly #file: FileHandle
  readonly #tail: FileHandle | undefined
  readonly #tailKey: Buffer
  readonly #key: Buffer
  readonly #chunksAt: number
  readonly #size: number
  /** Chunks that are whole, all but the last one. Known when all has been read. */
  #chunks = 0
  #isFinished = false
  #tails: Tail[] = []
  /** The tail that goes on where the whole chunks end. Known when all has been read. */
  #rest: Tail | undefined
  #hasMore = false

  private constructor(
    path: string,
    files: { file: FileHandle; tail: FileHandle | undefined },
    identity: Identity,
    size: number,
    payload: Payload,
  ) {
    this.#path = path
    this.#file = files.file
    this.#tail = files.tail
    this.#tailKey = tailKey(identity, path)
    this.#size = size
    this.#key = payload.key
    this.#chunksAt = payload.chunksAt
  }

  /**
   * Opens a file `…age` for recovery; undefined when it is missing, or has not even a whole header.
   * Rejects with {@link SealedFileError} when it is sealed for another key.
   */
  static async open(path: string, identity: Identity): Promise<InterruptedFile | undefined> {
    const file = await openIfThere(path, 'r+')
    if (file === undefined) return undefined
    let tail: FileHandle | undefined
    try {
      tail = await openIfThere(tailPath(path), 'r+')
      const { size } = await file.stat()
      const beginning = await readBeginning(file)
      // A power cut can leave a file without its first bytes.
      if (isWholeBeginning(beginning)) {
        const payload = openBeginning(beginning, identity)
        return new InterruptedFile(path, { file, tail }, identity, size, payload)
      }
    } catch (error) {
      await Promise.all([file.close(), tail?.close()])
      throw error
    }
    await Promise.all([file.close(), tail?.close()])
    return undefined
  }

  /**
   * Whether its end was decided: its last chunk is in the file, or was about to be written. Nothing
   * may be cut from it then. Known when all has been read.
   */
  get hasEnd(): boolean {
    return this.#isFinished || this.#rest?.isLast === true
  }

  /**
   * Whether something whole lies behind what is not: the file is damaged, and has not only lost its
   * end. `finish` cuts it off. Known when all has been read.
   */
  get hasMore(): boolean {
    return this.#hasMore
  }

  /** Returns the byte of the file from which on `finish` replaces it. */
  endOf(bytes: number): number {
    return bytes === 0 ? 0 : this.#chunkAt(Math.floor((bytes - 1) / CHUNK_BYTES))
  }

  /**
   * Reads all that is whole, in order. Call it once, and to its end, before `finish`. Rejects with
   * {@link SealedFileError} when its beginning was on disk and is damaged: it is no empty file.
   */
  async *read(): AsyncGenerator<Buffer> {
    if (this.#tail) this.#tails = await readTails(this.#tail, this.#tailKey)
    const end = this.#tails.find(({ isLast }) => isLast)
    const sealed = Buffer.allocUnsafe(SEALED_CHUNK_BYTES)
    while (this.#chunks !== end?.chunk) {
      const at = this.#chunkAt(this.#chunks)
      const { bytesRead } = await this.#file.read(sealed, 0, SEALED_CHUNK_BYTES, at)
      const chunk = sealed.subarray(0, bytesRead)
      const isAtEnd = at + bytesRead === this.#size
      const last = isAtEnd ? tryOpenChunk(this.#key, this.#chunks, true, chunk) : undefined
      if (last) {
        this.#isFinished = true
        yield last
        return
      }
      const isWhole = bytesRead === SEALED_CHUNK_BYTES
      const bytes = isWhole ? tryOpenChunk(this.#key, this.#chunks, false, chunk) : undefined
      if (bytes === undefined) break
      this.#chunks++
      yield bytes
    }
    this.#rest = this.#tails.find(({ chunk }) => chunk === this.#chunks)
    this.#hasMore = !this.hasEnd && (await this.#findMore())
    if (this.#rest) yield this.#rest.content
    else if (this.#chunks === 0 && (await this.#wholeChunk(FORCED_CHUNKS)) !== undefined)
      throw new SealedFileError('The beginning of the file is damaged.')
  }

  /**
   * Makes it a whole age file with the first `bytes` of what `read` returned, at least one; with
   * all of them when it has its end. Forces it to disk and removes the tail. Resolves with the
   * SHA-256 of the file, lower-case hex.
   */
  async finish(bytes: number): Promise<string> {
    if (this.#isFinished) await this.#file.sync()
    else await this.#replaceEnd(this.#rest?.isLast ? this.#rest : await this.#decideEnd(bytes))
    await rm(tailPath(this.#path), { force: true })
    await syncFolder(dirname(this.#path))
    return (await hashFile(this.#path)).sha256
  }

  async close(): Promise<void> {
    await Promise.all([this.#file.close(), this.#tail?.close()])
  }

  /** Writes to the tail, and forces to disk, what will be the last chunk. */
  async #decideEnd(bytes: number): Promise<Tail> {
    const chunk = Math.floor((bytes - 1) / CHUNK_BYTES)
    const content = (await this.#content(chunk)).subarray(0, bytes - chunk * CHUNK_BYTES)
    // Not into the slot that has this content, which may be torn.
    let sequence = (this.#tails[0]?.sequence ?? 0) + 1
    if (this.#rest && isSameSlot(sequence, this.#rest.sequence)) sequence++
    const end = { sequence, chunk, isLast: true, content }
    const file = this.#tail ?? (await open(tailPath(this.#path), 'wx+', 0o600))
    try {
      await writeTail(file, this.#tailKey, end)
      await file.sync()
    } finally {
      if (file !== this.#tail) await file.close()
    }
    await syncFolder(dirname(this.#path))
    return end
  }

  /** Replaces everything from a chunk on by the last chunk, which is on disk in the tail. */
  async #replaceEnd({ chunk, content }: Tail): Promise<void> {
    const at = this.#chunkAt(chunk)
    const last = sealChunk(this.#key, chunk, true, content)
    // In the room that is reserved for it: the disk may be full.
    await writeFully(this.#file, last, at)
    await this.#file.truncate(at + last.length)
    await this.#file.sync()
  }

  /** Reads a chunk of the file that is not its last; undefined when it is not whole. */
  async #wholeChunk(number: number): Promise<Buffer | undefined> {
    const sealed = Buffer.alloc(SEALED_CHUNK_BYTES)
    const { bytesRead } = await this.#file.read(sealed, 0, sealed.length, this.#chunkAt(number))
    return tryOpenChunk(this.#key, number, false, sealed.subarray(0, bytesRead))
  }

  /** Looks for a whole chunk behind the first one that is not, in the file and in the tail. */
  async #findMore(): Promise<boolean> {
    if (this.#tails.some(({ chunk }) => chunk > this.#chunks)) return true
    // Only a file that is whole has lost its tail.
    if (this.#tail === undefined) return this.#chunkAt(this.#chunks) < this.#size
    const sealed = Buffer.allocUnsafe(SEALED_CHUNK_BYTES)
    for (let number = this.#chunks + 1; this.#chunkAt(number) < this.#size; number++) {
      const at = this.#chunkAt(number)
      const { bytesRead } = await this.#file.read(sealed, 0, sealed.length, at)
      const chunk = sealed.subarray(0, bytesRead)
      const isLast = at + bytesRead === this.#size
      if (tryOpenChunk(this.#key, number, false, chunk)) return true
      if (isLast && tryOpenChunk(this.#key, number, true, chunk)) return true
    }
    return false
  }

  /** Returns a chunk's content, which is in the file or in the tail. */
  async #content(number: number): Promise<Buffer> {
    if (number === this.#rest?.chunk) return this.#rest.content
    const chunk = await this.#wholeChunk(number)
    if (chunk === undefined) throw new SealedFileError('The file changes while it is recovered.')
    return chunk
  }

  #chunkAt(number: number): number {
    return this.#chunksAt + number * SEALED_CHUNK_BYTES
  }
}
