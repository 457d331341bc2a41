import type { IdempotencyKey } from '../contract/commands.ts'
import { type Database, type Operation, wrapReadErrors } from './database.ts'
import { withoutTags, withTags } from './kept-tags.ts'
import { answerKey, answerOwner, EXPIRIES, expiredRange, expiryKey, expiryOf } from './keys.ts'
import type { KeptAnswer } from './port.ts'

/**
 * How long an answer is kept for retransmissions, in milliseconds of a running recorder: see
 * {@link AnswerClock}.
 */
export const ANSWER_LIFE_MS = 24 * 60 * 60 * 1_000

type ClientKey = Pick<IdempotencyKey, 'client' | 'key'>

/**
 * When (epoch ms) the newest answer was kept, by owner. In memory, so that finding no answer needs
 * no disk access.
 */
export type AnswerTimes = Map<string, number>

/**
 * The time by which answers grow old. It goes on from the newest answer at each start of the
 * recorder and counts without the system clock: one start with a wrong clock must not forget the
 * answers of the last day. Time in which no recorder runs does not count.
 */
export class AnswerClock {
  readonly #origin: number
  readonly #monotonic: () => number

  /** `monotonic` returns milliseconds that never jump. */
  constructor(times: AnswerTimes, monotonic: () => number) {
    let newest = 0
    for (const at of times.values()) newest = Math.max(newest, at)
    this.#origin = (newest || Date.now()) - monotonic()
    this.#monotonic = monotonic
  }

  /** Whole milliseconds, never less than before. */
  now(): number {
    return Math.floor(this.#origin + this.#monotonic())
  }
}

/** Reads when each answer was kept. */
export async function loadAnswerTimes(db: Database): Promise<AnswerTimes> {
  const times: AnswerTimes = new Map()
  for (const key of await wrapReadErrors(() => db.keys(EXPIRIES).all())) {
    const { at, owner } = expiryOf(key)
    times.set(owner, at)
  }
  return times
}

/** Returns the operations that store an answer. */
export function answerOperations(owner: string, at: number, kept: KeptAnswer): Operation[] {
  return [
    {
      type: 'put',
      key: answerKey(owner, at),
      value: JSON.stringify({ ...kept, answer: withoutTags(kept.answer) }),
    },
    { type: 'put', key: expiryKey(at, owner), value: '' },
  ]
}

/**
 * Returns when the newest answer for a client's key was kept; undefined when there is none or it is
 * too old.
 */
export function answerTime(
  times: AnswerTimes,
  { client, key }: ClientKey,
  now: number,
): number | undefined {
  const at = times.get(answerOwner(client, key))
  return at === undefined || at <= now - ANSWER_LIFE_MS ? undefined : at
}

/** Returns the newest answer for a client's key, unless it is too old. */
export async function findAnswer(
  { db, answers }: { db: Database; answers: AnswerTimes },
  clientKey: ClientKey,
  now: number,
): Promise<KeptAnswer | undefined> {
  const at = answerTime(answers, clientKey, now)
  if (at === undefined) return undefined
  const kept = await db.get(answerKey(answerOwner(clientKey.client, clientKey.key), at))
  if (kept === undefined) return undefined
  const { fingerprint, answer }: KeptAnswer = JSON.parse(kept)
  return { fingerprint, answer: await withTags(db, answer) }
}

/**
 * Evicts up to `limit` answers that are too old from memory. Returns the operations that delete
 * them from the disk.
 */
export async function evictExpired(
  { db, answers }: { db: Database; answers: AnswerTimes },
  now: number,
  limit: number,
): Promise<Operation[]> {
  const expired = await wrapReadErrors(() =>
    db.keys({ ...expiredRange(now - ANSWER_LIFE_MS), limit }).all(),
  )
  return expired.flatMap((key): Operation[] => {
    const { at, owner } = expiryOf(key)
    if (answers.get(owner) === at) answers.delete(owner)
    return [
      { type: 'del', key },
      { type: 'del', key: answerKey(owner, at) },
    ]
  })
}
