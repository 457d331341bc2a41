import { open, readFile, rename } from 'node:fs/promises'
import { RecorderError } from '../contract/errors.ts'
import { storageError } from './database.ts'

/** A durable event: its position and the hash of its record. */
export interface Head {
  position: number
  hash: string
}

/** Shortest time between two writes of the file, in milliseconds. */
const INTERVAL_MS = 1_000

/**
 * Reads the witness file; undefined when there is none. Rejects with STORAGE_UNAVAILABLE when
 * it cannot be read or parsed: the file is replaced as a whole, so a crash never leaves half of it.
 */
export async function readWitness(file: string): Promise<Head | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw storageError('The witness file of the log cannot be read', error)
  }
  try {
    const { position, hash } = JSON.parse(text)
    if (Number.isSafeInteger(position) && position > 0 && /^[0-9a-f]{64}$/.test(hash))
      return { position, hash }
  } catch (cause) {
    throw new RecorderError('STORAGE_UNAVAILABLE', 'The witness file of the log is not JSON.', {
      cause,
    })
  }
  throw new RecorderError('STORAGE_UNAVAILABLE', 'The witness file of the log names no event.')
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
    const next = `${this.#file}.next`
    try {
      const handle = await open(next, 'w', 0o600)
      try {
        await handle.writeFile(`${JSON.stringify(head)}\n`)
        // Without this sync a power cut may leave an empty file under the final name, and the log
        // could not be opened.
        await handle.datasync()
      } finally {
        await handle.close()
      }
      await rename(next, this.#file)
    } catch (error) {
      // The next flush tries again.
      this.#head ??= head
      throw storageError('The witness file of the log cannot be written', error)
    }
  }
}
