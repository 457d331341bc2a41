import type { LogEvent } from '../../contract/events.ts'
import { eventPosition, treeKey } from '../../store/database/keys.ts'
import { GENESIS, hashRecord, previousHash } from '../../store/records/record.ts'
import { Frontier } from '../../tlog/frontier.ts'
import { leafHash } from '../../tlog/hashes.ts'
import type { Subtree } from '../../tlog/subtrees.ts'
import type { Findings } from './findings.ts'
import { readRecord } from './read-record.ts'

/**
 * Checks the stored records one after the other: positions, chain, and that each can be read.
 * Computes the tree over them. Goes on behind a fault, so that it finds all of them.
 */
export class RecordCheck {
  readonly #findings: Findings
  readonly #frontier = new Frontier()
  #position = 0
  #hash = GENESIS

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** Position and hash of the last record. */
  get head(): { position: number; hash: string } {
    return { position: this.#position, hash: this.#hash }
  }

  /** The size of the tree: the number of records. */
  get size(): number {
    return this.#frontier.size
  }

  /** The root of all records so far. */
  root(): Buffer {
    return this.#frontier.root()
  }

  /** Checks the next record. Returns its event, and the complete subtrees that it ends. */
  observe(
    key: string,
    record: string,
  ): { event: LogEvent | undefined; subtrees: readonly Subtree[] } {
    const position = eventPosition(key)
    if (Number.isNaN(position)) {
      this.#findings.add('eventForeign', `An entry that is no event lies among them: ${key}.`)
      return { event: undefined, subtrees: [] }
    }
    this.#checkPosition(position)
    const expected = previousHash(record)
    if (expected !== this.#hash)
      this.#findings.add(
        'chainBroken',
        `Event ${Math.max(1, this.#position)} is not the one to which event ${position} is chained.`,
        { position: Math.max(1, this.#position), expected, found: this.#hash },
      )
    this.#position = position
    this.#hash = hashRecord(record)
    const subtrees = this.#frontier.append(leafHash(record))
    return { event: this.#decode(position, record), subtrees }
  }

  #checkPosition(position: number): void {
    const next = this.#position + 1
    if (position === next) return
    const missing = position - next
    this.#findings.add(
      'eventMissing',
      missing === 1
        ? `Event ${next} is missing.`
        : `${missing} events from position ${next} on are missing.`,
      { position: next, expected: `event ${next}`, found: `event ${position}` },
    )
  }

  #decode(position: number, record: string): LogEvent | undefined {
    const event = readRecord(record)
    if (event?.position === position) return event
    if (event === undefined)
      this.#findings.add('eventUnreadable', `Event ${position} cannot be read.`, { position })
    else
      this.#findings.add('eventForeign', `Event ${position} has the position of another.`, {
        ...{ position, expected: String(position), found: String(event.position) },
      })
    return undefined
  }
}

/** Returns the fault of a stored hash of the tree, if it is one. */
export function checkSubtree(
  findings: Findings,
  { height, index, hash }: Subtree,
  stored: string | undefined,
): void {
  const expected = hash.toString('hex')
  if (stored === expected) return
  const first = index * 2 ** height + 1
  findings.add(
    'treeWrong',
    `The stored hash of events ${first} to ${first + 2 ** height - 1} is not theirs (${treeKey(height, index)}). It can be computed again.`,
    { position: first, expected, found: stored ?? null },
  )
}
