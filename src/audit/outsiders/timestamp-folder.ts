import { readFile } from 'node:fs/promises'
import type { ConfirmedCheckpoint } from '../../contract/outsiders.ts'
import { readIfThere } from '../../disk/read-if-there.ts'
import { AnswersFolder } from './answers-folder.ts'
import type { SignedCheckpoint, TimestampKeeper } from './port.ts'
import { isTimestampOf, timeOfTimestamp } from './timestamp-token.ts'

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

  /** The sizes for which there is a timestamp, or a checkpoint that one may be of. */
  async storedSizes(): Promise<number[]> {
    const checkpoints = await this.#folder.sizes('.checkpoint')
    return [...new Set([...(await this.sizes()), ...checkpoints])].sort((a, b) => b - a)
  }

  /** Reads the stored bytes of a checkpoint; undefined when there are none. */
  checkpoint(size: number): Promise<Buffer | undefined> {
    return readIfThere(this.#folder.pathOf(`${size}.checkpoint`))
  }

  /** Reads the stored answer of the authority; undefined when there is none. */
  timestamp(size: number): Promise<Buffer | undefined> {
    return readIfThere(this.#folder.pathOf(`${size}.tsr`))
  }

  /**
   * Reads the timestamp of a size, the note beside it, whether it is of that note, and the time in
   * it: null when that cannot be read. Undefined when one of the two files is missing.
   */
  async read(
    size: number,
  ): Promise<
    { note: string; timestamp: Buffer; isOfNote: boolean; at: string | null } | undefined
  > {
    const checkpoint = await this.checkpoint(size)
    const timestamp = await this.timestamp(size)
    if (checkpoint === undefined || timestamp === undefined) return undefined
    const time = timeOfTimestamp(timestamp)
    return {
      ...{ note: checkpoint.toString('utf8'), timestamp },
      isOfNote: isTimestampOf(timestamp, checkpoint),
      at: time === undefined ? null : new Date(time).toISOString(),
    }
  }

  async newest(): Promise<ConfirmedCheckpoint | null> {
    for (const size of await this.sizes()) {
      const time = timeOfTimestamp(await readFile(this.#folder.pathOf(`${size}.tsr`)))
      if (time !== undefined) return { size, at: new Date(time).toISOString() }
    }
    return null
  }
}
