import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Identity } from '../../age/identity.ts'
import { Sealer } from '../../age/sealer.ts'
import { writeFully } from '../../disk/write-fully.ts'

/** Writes a new sealed file (age v1), and hashes what is sealed in it. */
export class SealedOutput {
  readonly #file: FileHandle
  readonly #sealer: Sealer
  readonly #hash = createHash('sha256')
  #position = 0

  private constructor(file: FileHandle, sealer: Sealer) {
    this.#file = file
    this.#sealer = sealer
  }

  /** Creates a file for an identity's owner. Rejects with errors of the file system. */
  static async create(path: string, identity: Identity): Promise<SealedOutput> {
    const file = await open(path, 'wx', 0o600)
    const output = new SealedOutput(file, new Sealer([identity.recipient]))
    try {
      await output.#append(output.#sealer.head)
    } catch (error) {
      await file.close()
      throw error
    }
    return output
  }

  async write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
    for (const chunk of this.#sealer.push(bytes)) await this.#append(chunk)
  }

  /** Writes the end. Resolves with the SHA-256 of what is sealed (hex), when it is on disk. */
  async finish(): Promise<string> {
    await this.#append(this.#sealer.finish())
    await this.#file.sync()
    return this.#hash.digest('hex')
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #append(bytes: Buffer): Promise<void> {
    await writeFully(this.#file, bytes, this.#position)
    this.#position += bytes.length
  }
}

/** Writes a whole sealed file. Resolves with the SHA-256 of what is sealed in it (hex). */
export async function writeSealed(
  path: string,
  identity: Identity,
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  signal: AbortSignal,
): Promise<string> {
  const output = await SealedOutput.create(path, identity)
  try {
    for await (const piece of pieces) {
      signal.throwIfAborted()
      await output.write(piece)
    }
    return await output.finish()
  } finally {
    await output.close()
  }
}
