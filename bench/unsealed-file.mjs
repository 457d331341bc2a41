/** Stands in place of `src/age/growing-file.ts` (unsealed-hook.mjs): the same file, not sealed. */
import { rm } from 'node:fs/promises'

export class GrowingFile {
  #file
  #end = 0
  #turn = Promise.resolve()

  constructor(file) {
    this.#file = file
  }

  static async create(path, _identity, create) {
    return new GrowingFile(await create(path))
  }

  append(bytes) {
    return this.#inTurn(async () => {
      const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, this.#end)
      if (bytesWritten !== bytes.length) throw new Error('The disk is full.')
      this.#end += bytesWritten
    })
  }

  sync() {
    return this.#inTurn(() => this.#file.datasync())
  }

  finish() {
    return this.#inTurn(async () => {
      await this.#file.datasync()
      await this.#file.close()
      return '0'.repeat(64)
    })
  }

  close() {
    return this.#file.close()
  }

  #inTurn(work) {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }
}

export async function removeFile(path) {
  await rm(path, { force: true })
}
