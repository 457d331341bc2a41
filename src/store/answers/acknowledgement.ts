import { withChecksum, withoutChecksum } from '../database/checksum.ts'
import { type Database, type Operation, wrapReadErrors } from '../database/database.ts'
import { ACKNOWLEDGED_KEY, answerKey, expiryKey, LAST_WRITE_KEY } from '../database/keys.ts'

/**
 * A kept answer of the last write: the last position of its batch, its owner, when it was kept, and
 * whether it claims that media flow.
 */
export type LastAnswer = readonly [
  position: number,
  owner: string,
  at: number,
  claimsMedia: boolean,
]

/**
 * The outcomes in the log that clients may not have been told. A write begins only after all
 * outcomes of the write before have been handed on, so these are in the last write or nowhere.
 */
export interface Unacknowledged {
  /** Every outcome up to this position has been handed on to its client. */
  after: number
  /** The kept answers of the last write. */
  answers: readonly LastAnswer[]
}

/** The positions of the events in the last write, and the answers kept with them. */
export interface LastWrite {
  from: number
  to: number
  answers: readonly LastAnswer[]
}

/** Reads what the last write of events has; undefined when that is not known. */
export async function loadLastWrite(db: Database): Promise<LastWrite | undefined> {
  return parse(LAST_WRITE_KEY, await wrapReadErrors(() => db.get(LAST_WRITE_KEY)))
}

/** Returns the operation that describes the write which it is part of. */
export function lastWriteEntry(write: LastWrite): Operation {
  return {
    type: 'put',
    key: LAST_WRITE_KEY,
    value: withChecksum(LAST_WRITE_KEY, JSON.stringify(write)),
  }
}

/** Reads which outcomes may be unacknowledged in a log whose last event has position `head`. */
export async function loadUnacknowledged(db: Database, head: number): Promise<Unacknowledged> {
  const [written, told] = await wrapReadErrors(() => db.getMany([LAST_WRITE_KEY, ACKNOWLEDGED_KEY]))
  const last = parse<LastWrite>(LAST_WRITE_KEY, written)
  // A recorder that did not know this entry may have written after it.
  if (last?.to !== head) return { after: head, answers: [] }
  return {
    after: Math.max(last.from - 1, parse<number>(ACKNOWLEDGED_KEY, told) ?? 0),
    answers: last.answers,
  }
}

/** Returns the operation that stores up to which position every outcome has been handed on. */
export function acknowledgedEntry(position: number) {
  const value = withChecksum(ACKNOWLEDGED_KEY, String(position))
  return { type: 'put', key: ACKNOWLEDGED_KEY, value } as const satisfies Operation
}

/** A damaged entry must not keep the log from opening: it counts as missing. */
function parse<T>(key: string, stored: string | undefined): T | undefined {
  try {
    return stored === undefined ? undefined : JSON.parse(withoutChecksum(key, stored))
  } catch {
    return undefined
  }
}

/** Returns the operations that delete kept answers. */
export function deleteAnswers(answers: readonly LastAnswer[]): Operation[] {
  return answers.flatMap(([, owner, at]): Operation[] => [
    { type: 'del', key: answerKey(owner, at) },
    { type: 'del', key: expiryKey(at, owner) },
  ])
}
