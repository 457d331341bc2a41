import { readFile } from 'node:fs/promises'
import type { ConfirmedCheckpoint } from '../../contract/outsiders.ts'
import { readIfThere } from '../../disk/read-if-there.ts'
import { AnswersFolder } from './answers-folder.ts'
import type { SignedCheckpoint, TimestampKeeper } from './port.ts'
import { timeOfTimestamp } from './timestamp-token.ts'

/**
 * A folder with two files for each timestamp: `<size>.checkpoint` holds the bytes that it is of,
 * and `<size>.tsr` the answer of the authority, for `openssl ts -verify`.
 */
export class TimestampFolder implements TimestampKeeper {
  readonly #folder: AnswersFolder

  constructor(folder: string) {
    this.#folder = new AnswersFolder(folder)
  }

  keep({ size, note }: SignedCheckpoint, timestamp: Buffer): Promise<void> {
    return this.#folder.write({ [`${size}.checkpoint`]: note, [`${size}.tsr`]: timestamp })
  }

  /** The sizes of the checkpoints with a timestamp, the largest first. */
  sizes(): Promise<number[]> {
    return this.#folder.sizes('.tsr')
  }

  /**
   * Reads the timestamp of a size, the note that it is of, and the time in it: null when that
   * cannot be read. Undefined when there is none.
   */
  async read(
    size: number,
  ): Promise<{ note: string; timestamp: Buffer; at: string | null } | undefined> {
    const note = await readIfThere(this.#folder.pathOf(`${size}.checkpoint`))
    const timestamp = await readIfThere(this.#folder.pathOf(`${size}.tsr`))
    if (note === undefined || timestamp === undefined) return undefined
    const time = timeOfTimestamp(timestamp)
    const at = time === undefined ? null : new Date(time).toISOString()
    return { note: note.toString('utf8'), timestamp, at }
  }

  async newest(): Promise<ConfirmedCheckpoint | null> {
    for (const size of await this.sizes()) {
      const time = timeOfTimestamp(await readFile(this.#folder.pathOf(`${size}.tsr`)))
      if (time !== undefined) return { size, at: new Date(time).toISOString() }
    }
    return null
  }
}
