import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from '../disk/sync-folder.ts'
import {
  CHUNK_BYTES,
  PAYLOAD_NONCE_BYTES,
  payloadKey,
  SEALED_CHUNK_BYTES,
  sealChunk,
  tryOpenChunk,
} from './chunks.ts'
import { MOST_HEADER_BYTES, readHeader } from './header.ts'
import type { Identity } from './identity.ts'
import { SealedFileError } from './sealed-file-error.ts'
import { readTails, type Tail, tailKey, tailPath, writeTail } from './tail.ts'
import { writeFully } from './write-fully.ts'

const HASH_BYTES = 1_048_576

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

  private constructor(
    path: string,
    files: { file: FileHandle; tail: FileHandle | undefined },
    identity: Identity,
    size: number,
    head: { key: Buffer; chunksAt: number },
  ) {
    this.#path = path
    this.#file = files.file
    this.#tail = files.tail
    this.#tailKey = tailKey(identity, path)
    this.#size = size
    this.#key = head.key
    this.#chunksAt = head.chunksAt
  }

  /**
   * Opens a file `…age` for recovery; undefined when it is missing, or has not even a whole header.
   * Rejects with {@link SealedFileError} when it is sealed for another key.
   */
  static async open(path: string, identity: Identity): Promise<InterruptedFile | undefined> {
    const file = await openIfThere(path)
    if (file === undefined) return undefined
    let tail: FileHandle | undefined
    try {
      tail = await openIfThere(tailPath(path))
      const { size } = await file.stat()
      const head = await readHead(file, size, identity)
      if (head !== undefined) return new InterruptedFile(path, { file, tail }, identity, size, head)
    } catch (error) {
      await Promise.all([file.close(), tail?.close()])
      throw error
    }
    await Promise.all([file.close(), tail?.close()])
    return undefined
  }

  /** Whether it has its last chunk. Such a file is never changed. Known when all has been read. */
  get isFinished(): boolean {
    return this.#isFinished
  }

  /** Reads all that is whole, in order. Call it once, and to its end, before `finish`. */
  async *read(): AsyncGenerator<Buffer> {
    if (this.#tail) this.#tails = await readTails(this.#tail, this.#tailKey)
    const sealed = Buffer.allocUnsafe(SEALED_CHUNK_BYTES)
    for (;;) {
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
      const bytes =
        bytesRead === SEALED_CHUNK_BYTES
          ? tryOpenChunk(this.#key, this.#chunks, false, chunk)
          : undefined
      if (bytes === undefined) break
      this.#chunks++
      yield bytes
    }
    const rest = this.#rest()
    if (rest.length > 0) yield rest
  }

  /**
   * Makes it a whole age file with the first `bytes` of what `read` returned, at least one, forces
   * it to disk and removes the tail. A finished file keeps all its bytes. Resolves with the
   * SHA-256 of the file, lower-case hex.
   */
  async finish(bytes: number): Promise<string> {
    const number = Math.floor((bytes - 1) / CHUNK_BYTES)
    if (this.#isFinished) await this.#file.sync()
    else await this.#replaceEnd(number, bytes - number * CHUNK_BYTES)
    await rm(tailPath(this.#path), { force: true })
    await syncFolder(dirname(this.#path))
    return hashOf(this.#path)
  }

  async close(): Promise<void> {
    await Promise.all([this.#file.close(), this.#tail?.close()])
  }

  /**
   * Replaces everything from a chunk on by a last chunk. Its content is on disk in the tail before
   * the chunk is written over.
   */
  async #replaceEnd(number: number, length: number): Promise<void> {
    const content = (await this.#content(number)).subarray(0, length)
    const tail = this.#tail ?? (await open(tailPath(this.#path), 'wx+', 0o600))
    try {
      const isThere = this.#tails.some((one) => one.chunk === number && one.content.equals(content))
      if (!isThere) {
        const sequence = (this.#tails[0]?.sequence ?? 0) + 1
        await writeTail(tail, this.#tailKey, { sequence, chunk: number, content })
      }
      await tail.sync()
      await syncFolder(dirname(this.#path))
      const at = this.#chunkAt(number)
      const last = sealChunk(this.#key, number, true, content)
      // In the room that is reserved for it: the disk may be full.
      await writeFully(this.#file, last, at)
      await this.#file.truncate(at + last.length)
      await this.#file.sync()
    } finally {
      if (tail !== this.#tail) await tail.close()
    }
  }

  /** Returns a chunk's content, which is in the file or in the tail. */
  async #content(number: number): Promise<Buffer> {
    if (number === this.#chunks) return this.#rest()
    const sealed = Buffer.alloc(SEALED_CHUNK_BYTES)
    const { bytesRead } = await this.#file.read(sealed, 0, sealed.length, this.#chunkAt(number))
    const chunk = tryOpenChunk(this.#key, number, false, sealed.subarray(0, bytesRead))
    if (chunk === undefined) throw new SealedFileError('The file changes while it is recovered.')
    return chunk
  }

  /** The content that follows the whole chunks, from the newest tail that continues them. */
  #rest(): Buffer {
    const tail = this.#tails.find(({ chunk }) => chunk === this.#chunks)
    return tail?.content ?? Buffer.alloc(0)
  }

  #chunkAt(number: number): number {
    return this.#chunksAt + number * SEALED_CHUNK_BYTES
  }
}

async function readHead(file: FileHandle, size: number, identity: Identity) {
  const beginning = Buffer.alloc(Math.min(size, MOST_HEADER_BYTES))
  await file.read(beginning, 0, beginning.length, 0)
  // A power cut can leave a file without its first bytes.
  if (!/\n--- \S+\n/.test(beginning.toString('latin1'))) return undefined
  const { fileKey, end } = readHeader(beginning, identity)
  const chunksAt = end + PAYLOAD_NONCE_BYTES
  if (size < chunksAt) return undefined
  return { key: payloadKey(fileKey, beginning.subarray(end, chunksAt)), chunksAt }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Returns the SHA-256 of a file, lower-case hex. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: HASH_BYTES }))
    hash.update(chunk as Buffer)
  return hash.digest('hex')
}
