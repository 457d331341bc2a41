import { readFile } from 'node:fs/promises'
import type { ConfirmedCheckpoint } from '../../contract/outsiders.ts'
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

  async newest(): Promise<ConfirmedCheckpoint | null> {
    for (const size of await this.#folder.sizes('.tsr')) {
      const time = timeOfTimestamp(await readFile(this.#folder.pathOf(`${size}.tsr`)))
      if (time !== undefined) return { size, at: new Date(time).toISOString() }
    }
    return null
  }
}
