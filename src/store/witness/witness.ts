import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { RecorderError } from '../../contract/errors.ts'
import { readIfThere } from '../../disk/read-if-there.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import { storageError } from '../database/database.ts'
import type { Head } from '../records/record.ts'

/** Shortest time between two writes of the file, in milliseconds. */
const INTERVAL_MS = 1_000

/** The content of a witness file that names no event. */
export class DamagedWitness extends Error {}

/**
 * Reads the witness file; undefined when there is none. The file is replaced as a whole, so a crash
 * never leaves half of it. Rejects with STORAGE_UNAVAILABLE when it cannot be read.
 */
export async function readWitness(file: string): Promise<Head | DamagedWitness | undefined> {
  const content = await readIfThere(file).catch((error) => {
    throw storageError('The witness file of the log cannot be read', error)
  })
  if (content === undefined) return undefined
  try {
    const { position, hash } = JSON.parse(content.toString())
    if (Number.isSafeInteger(position) && position >= 0 && /^[0-9a-f]{64}$/.test(hash))
      return { position, hash }
  } catch (cause) {
    return new DamagedWitness('The witness file of the log is not JSON.', { cause })
  }
  return new DamagedWitness('The witness file of the log names no event.')
}

/**
 * Writes the witness of a log that has none, and forces it to disk: from now on the log may say
 * that it exists. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export async function createWitness(file: string, head: Head): Promise<void> {
  try {
    await replaceFile(file, head)
    await syncFolder(dirname(file))
  } catch (error) {
    throw storageError('The witness file of the log cannot be written', error)
  }
}

async function replaceFile(file: string, head: Head): Promise<void> {
  const next = `${file}.next`
  const handle = await open(next, 'w', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(head)}\n`)
    // Without this sync a power cut may leave an empty file under the final name, and the log could
    // not be opened.
    await handle.datasync()
  } finally {
    await handle.close()
  }
  await rename(next, file)
}

/**
 * Writes a file outside the LevelDB folder that names a durable event. It shows a lost tail, which
 * a chain of hashes cannot, and which LevelDB drops silently.
 */
export class Witness {
  readonly #file: string
  readonly #onProblem: (problem: RecorderError) => void
  #head: Head | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #isInFolder = false

  constructor(file: string, onProblem: (problem: RecorderError) => void) {
    this.#file = file
    this.#onProblem = onProblem
  }

  /** Sets the newest durable event. The file is written within a second. */
  update(head: Head): void {
    this.#head = head
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#onProblem), INTERVAL_MS).unref()
  }

  /** Writes the newest event now. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const head = this.#head
    this.#head = undefined
    if (head !== undefined)
      this.#writing = this.#writing.catch(() => undefined).then(() => this.#write(head))
    return this.#writing
  }

  async #write(head: Head): Promise<void> {
    try {
      await replaceFile(this.#file, head)
      // Later versions of the file may be lost in a power cut, the file itself may not.
      if (!this.#isInFolder) await syncFolder(dirname(this.#file))
      this.#isInFolder = true
    } catch (error) {
      // The next flush tries again.
      this.#head ??= head
      throw storageError('The witness file of the log cannot be written', error)
    }
  }
}
