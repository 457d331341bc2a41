import { createHash } from 'node:crypto'
import { type FileHandle, rm } from 'node:fs/promises'
import { writeFully } from '../disk/write-fully.ts'
import { SEALED_CHUNK_BYTES } from './chunks.ts'
import type { Identity } from './identity.ts'
import { Sealer } from './sealer.ts'
import { reserveTail, tailKey, tailPath } from './tail.ts'
import { TailWriter } from './tail-writer.ts'

const RESERVED = Buffer.alloc(SEALED_CHUNK_BYTES)

/** Opens a new file for writing, which no other user may read. Rejects when there is one. */
export type CreateFile = (path: string) => Promise<FileHandle>

/**
 * An age file that grows while it is recorded, and that can be recovered at any moment
 * (interrupted-file.ts). Its whole chunks are in the file, and the rest is in the tail beside it.
 * The newest content that was forced to disk survives a power cut: a slot of the tail is forced
 * after the chunks before it, and is not written again before the other one is on disk.
 */
export class GrowingFile {
  readonly #path: string
  readonly #file: FileHandle
  readonly #tailFile: FileHandle
  readonly #tail: TailWriter
  readonly #sealer: Sealer
  readonly #hash = createHash('sha256')
  /** Where the next chunk goes. */
  #end = 0
  /** Chunks that are on disk; undefined before the header is. */
  #syncedChunks: number | undefined
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(path: string, identity: Identity, file: FileHandle, tail: FileHandle) {
    this.#path = path
    this.#file = file
    this.#tailFile = tail
    this.#tail = new TailWriter(tail, tailKey(identity, path))
    this.#sealer = new Sealer([identity.recipient])
  }

  /** Creates the file `…age` and its tail. */
  static async create(path: string, identity: Identity, create: CreateFile): Promise<GrowingFile> {
    const file = await create(path)
    let tail: FileHandle | undefined
    try {
      tail = await create(tailPath(path))
      await reserveTail(tail)
      const growing = new GrowingFile(path, identity, file, tail)
      await growing.#reserve(growing.#sealer.head.length)
      await growing.#write(growing.#sealer.head)
      return growing
    } catch (error) {
      await Promise.all([file.close(), tail?.close()])
      await removeFile(path)
      throw error
    }
  }

  /** Appends bytes. They survive the death of the process from then on. */
  append(bytes: Buffer): Promise<void> {
    return this.#inTurn(async () => {
      for (const chunk of this.#sealer.push(bytes)) {
        await this.#reserve(this.#end + chunk.length)
        await this.#write(chunk)
      }
      await this.#tail.write(this.#sealer.chunks, this.#sealer.held)
    })
  }

  /** Forces to disk what has been appended. Rejects when somebody has deleted the file. */
  sync(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#assertNamed()
      await this.#syncChunks()
      await this.#tail.sync()
    })
  }

  /** A file without a name takes all that is written, and is gone when it is closed. */
  async #assertNamed(): Promise<void> {
    if ((await this.#file.stat()).nlink === 0)
      throw Object.assign(new Error('The file has been deleted.'), { code: 'ENOENT' })
  }

  async #syncChunks(): Promise<void> {
    const { chunks } = this.#sealer
    if (chunks !== this.#syncedChunks) await this.#file.datasync()
    this.#syncedChunks = chunks
  }

  /**
   * Makes it a whole age file, forces it to disk and removes the tail. Resolves with the SHA-256 of
   * the file, lower-case hex. After a failure, only recovery can finish the file.
   */
  finish(): Promise<string> {
    return this.#inTurn(async () => {
      await this.#assertNamed()
      // The tail comes first: when the last chunk is torn, recovery seals the same bytes again.
      await this.#syncChunks()
      await this.#tail.writeLast(this.#sealer.chunks, this.#sealer.held)
      await this.#tail.sync()
      await this.#write(this.#sealer.finish())
      await this.#file.truncate(this.#end)
      await this.#file.datasync()
      await this.close()
      await rm(tailPath(this.#path), { force: true })
      return this.#hash.digest('hex')
    })
  }

  async close(): Promise<void> {
    await Promise.all([this.#file.close(), this.#tailFile.close()])
  }

  /** A tail must not be written between the chunks and the tail that a sync forces to disk. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #write(bytes: Buffer): Promise<void> {
    await writeFully(this.#file, bytes, this.#end)
    this.#end += bytes.length
    this.#hash.update(bytes)
  }

  /** Keeps room for one more chunk, so that the file can be finished on a disk that is full. */
  async #reserve(position: number): Promise<void> {
    await writeFully(this.#file, RESERVED, position)
  }
}

/** Removes an age file and its tail. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
  await rm(tailPath(path), { force: true })
}
