import type { RecordingWithHistory, RequestOptions } from '../../client/types.ts'
import { recorder } from './recorder.ts'

/** Far more entries than a recording can have: for a reader that needs none of them. */
export const NO_HISTORY = { tagHistoryAfter: 1_000_000 }

/**
 * Reads one recording again and again. It asks only for the newer entries of the history of tags: a
 * recording can have more than a megabyte of them.
 */
export class RecordingReader {
  #known: RecordingWithHistory | undefined

  /** Reads a recording with its whole history. Rejects as the client does. */
  async read(id: string, options: RequestOptions = {}): Promise<RecordingWithHistory> {
    const known = this.#known?.id === id ? this.#known : undefined
    const before = known?.tagHistory ?? []
    const answer = await recorder.recording(id, {
      ...options,
      tagHistoryAfter: before.length || undefined,
    })
    if (known !== undefined && isOutdated(known, answer)) {
      this.#known = undefined
      return this.read(id, options)
    }
    const { tagHistory: newer } = answer
    this.#known = { ...answer, tagHistory: newer.length === 0 ? before : [...before, ...newer] }
    return this.#known
  }
}

/** Whether known entries may be gone: erased, or not in the backup that the log now comes from. */
function isOutdated(known: RecordingWithHistory, now: RecordingWithHistory): boolean {
  if (now.version < known.version || now.keyMissing !== known.keyMissing) return true
  return now.erased !== null && known.erased === null
}
