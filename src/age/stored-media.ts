import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { openBeginning, readBeginning } from './beginning.ts'
import { CHUNK_BYTES, CHUNK_TAG_BYTES, openChunk, SEALED_CHUNK_BYTES } from './chunks.ts'
import type { Identity } from './identity.ts'
import { SealedFileError } from './sealed-file-error.ts'

/** Chunks that are read at a time: so few that they stay in the processor's cache. */
const RUN_CHUNKS = 8
const PLAIN_READ_BYTES = RUN_CHUNKS * CHUNK_BYTES

/** A part of a file, in bytes of its media. `end` is included. */
export interface MediaRange {
  start?: number
  end?: number
}

/** A file of media that is whole, opened for reading at any place. */
export interface StoredMedia {
  /** The length of the media. */
  readonly bytes: number
  /** Reads up to `length` bytes at a position of the media, like `FileHandle.read`. */
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>
  /** Reads a range as a stream, piece by piece. It does not close the file. */
  stream(range?: MediaRange): Readable
  close(): Promise<void>
}

/** Whether a file is sealed, by its name. Version 0.1 stored media unsealed. */
export const isSealedFile = (path: string): boolean => path.endsWith('.age')

/**
 * Opens a stored file of media. Rejects with {@link SealedFileError} when it is not whole, or not
 * sealed for the identity, and with errors of the file system.
 */
export async function openStoredMedia(
  path: string,
  identity: Identity | undefined,
): Promise<StoredMedia> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    if (!isSealedFile(path)) return new PlainMedia(handle, size)
    if (identity === undefined) throw new SealedFileError('The key of the file is missing.')
    return await SealedMedia.open(handle, size, identity)
  } catch (error) {
    await handle.close()
    throw error
  }
}

class PlainMedia implements StoredMedia {
  readonly bytes: number
  readonly #handle: FileHandle

  constructor(handle: FileHandle, bytes: number) {
    this.#handle = handle
    this.bytes = bytes
  }

  read(buffer: Buffer, offset: number, length: number, position: number) {
    return this.#handle.read(buffer, offset, length, position)
  }

  stream({ start = 0, end = this.bytes - 1 }: MediaRange = {}): Readable {
    return Readable.from(this.#pieces(start, end), { objectMode: false })
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  /** Not `createReadStream`, whose streams all stay listeners of the handle. */
  async *#pieces(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at <= end; ) {
      const piece = Buffer.allocUnsafe(Math.min(PLAIN_READ_BYTES, end + 1 - at))
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
  }
}

class SealedMedia implements StoredMedia {
  readonly bytes: number
  readonly #handle: FileHandle
  readonly #key: Buffer
  /** Where the chunks begin in the file, and how many there are. */
  readonly #chunksAt: number
  readonly #chunks: number
  /** The chunk that was read last, since small reads follow each other. */
  #last: { number: number; bytes: Buffer } | undefined

  private constructor(handle: FileHandle, size: number, key: Buffer, chunksAt: number) {
    const stored = size - chunksAt
    this.#handle = handle
    this.#key = key
    this.#chunksAt = chunksAt
    this.#chunks = Math.ceil(stored / SEALED_CHUNK_BYTES)
    this.bytes = stored - this.#chunks * CHUNK_TAG_BYTES
  }

  static async open(handle: FileHandle, size: number, identity: Identity): Promise<SealedMedia> {
    const { key, chunksAt } = openBeginning(await readBeginning(handle), identity)
    if (size < chunksAt + CHUNK_TAG_BYTES) throw new SealedFileError('The file has no end.')
    const media = new SealedMedia(handle, size, key, chunksAt)
    // The last chunk is sealed as such: a file that was cut does not open.
    await media.#chunk(media.#chunks - 1)
    return media
  }

  async read(buffer: Buffer, offset: number, length: number, position: number) {
    const end = Math.min(position + length, this.bytes)
    let bytesRead = 0
    while (position + bytesRead < end) {
      const at = position + bytesRead
      const chunk = await this.#chunk(Math.floor(at / CHUNK_BYTES))
      const from = at % CHUNK_BYTES
      bytesRead += chunk.copy(buffer, offset + bytesRead, from, from + end - at)
    }
    return { bytesRead }
  }

  stream({ start = 0, end = this.bytes - 1 }: MediaRange = {}): Readable {
    const until = Math.min(end, this.bytes - 1)
    const last = until < start ? -1 : Math.floor(until / CHUNK_BYTES)
    let next = Math.floor(start / CHUNK_BYTES)
    const most = Math.max(0, Math.min(RUN_CHUNKS, last - next + 1))
    const sealed = Buffer.allocUnsafe(most * SEALED_CHUNK_BYTES)
    const pushRun = async (): Promise<void> => {
      const count = Math.min(most, last - next + 1)
      const first = next
      next += count
      // Pushed all at once, so that a socket writes them at once, too.
      for (const [index, bytes] of (await this.#run(first, count, sealed)).entries()) {
        const at = (first + index) * CHUNK_BYTES
        stream.push(bytes.subarray(Math.max(0, start - at), Math.min(bytes.length, until + 1 - at)))
      }
    }
    const stream: Readable = new Readable({
      highWaterMark: RUN_CHUNKS * CHUNK_BYTES,
      read() {
        if (next > last) stream.push(null)
        else pushRun().catch((error) => stream.destroy(error))
      },
    })
    return stream
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #chunk(number: number): Promise<Buffer> {
    if (this.#last?.number !== number) {
      const [bytes] = await this.#run(number, 1, Buffer.allocUnsafe(SEALED_CHUNK_BYTES))
      this.#last = { number, bytes: bytes as Buffer }
    }
    return this.#last.bytes
  }

  /** Reads some chunks that follow each other into a buffer, and opens them. */
  async #run(first: number, count: number, sealed: Buffer): Promise<Buffer[]> {
    const from = this.#chunksAt + first * SEALED_CHUNK_BYTES
    const { bytesRead } = await this.#handle.read(sealed, 0, count * SEALED_CHUNK_BYTES, from)
    const opened: Buffer[] = []
    for (let index = 0; index < count; index++) {
      const at = index * SEALED_CHUNK_BYTES
      const chunk = sealed.subarray(at, Math.min(at + SEALED_CHUNK_BYTES, bytesRead))
      const number = first + index
      opened.push(openChunk(this.#key, number, number === this.#chunks - 1, chunk))
    }
    return opened
  }
}
