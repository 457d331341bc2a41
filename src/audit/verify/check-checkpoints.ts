import type { Database } from '../../store/database/database.ts'
import type { SigningKeyEntry } from '../../store/port.ts'
import { treeHashes } from '../../store/tree/tree-hashes.ts'
import { rootAt } from '../../tlog/subtrees.ts'
import { openSigned } from './check-signatures.ts'
import type { Findings } from './findings.ts'

/** The parts that checkpoints are compared with. */
export interface CheckpointCheckOptions {
  db: Database
  findings: Findings
  /** The records that were read: their number, and the root over all of them. */
  records: { readonly size: number; root(): Buffer }
  keys: readonly SigningKeyEntry[]
  /** Returns the last durable event now; of a log that does not grow: the last record. */
  lastNow: () => number
}

/** Something that names a size and a root of the log. */
interface Signed {
  size: number
  root: Buffer
}

/** Compares checkpoints with the records of the log and with the keys that sign it. */
export class CheckpointCheck {
  readonly #options: CheckpointCheckOptions
  /** How many were signed by the key of their time. */
  checked = 0

  constructor(options: CheckpointCheckOptions) {
    this.#options = options
  }

  /** Returns the checkpoint when the key of its time has signed it; says what is wrong with it. */
  async check(what: string, note: string, file?: string): Promise<Signed | undefined> {
    const { findings, keys } = this.#options
    const signed = openSigned(findings, note, keys, { what, file })
    if (signed === undefined) return undefined
    this.checked++
    await this.checkRoot(what, signed, file)
    return signed
  }

  /** Whether the log was longer at a size than what was read: it has grown meanwhile. */
  isLater(size: number): boolean {
    return size > this.#options.records.size && size <= this.#options.lastNow()
  }

  /** The root of the records as they are now: all of them, or those up to an earlier size. */
  async checkRoot(what: string, { size, root }: Signed, file?: string): Promise<void> {
    const { db, records, findings } = this.#options
    const place = file === undefined ? {} : { file }
    if (this.isLater(size)) return
    if (size > records.size) {
      findings.add(
        'eventMissing',
        `${what} covers ${size} events, but the log has ${records.size}.`,
        {
          ...{ position: records.size + 1, expected: `${size} events` },
          ...{ found: `${records.size} events`, ...place },
        },
      )
      return
    }
    const found =
      size === records.size
        ? records.root()
        : await rootAt(size, treeHashes(db, size)).catch(() => null)
    if (found?.equals(root)) return
    findings.add('rootWrong', `${what} was signed for other events than those in the log.`, {
      ...{ expected: root.toString('base64'), found: found?.toString('base64') ?? null, ...place },
    })
  }
}
