import { RecorderError } from '../../contract/errors.ts'
import { DamagedViewError, withoutChecksum } from '../database/checksum.ts'
import { type Database, type Operation, wrapReadErrors } from '../database/database.ts'
import {
  ANSWERS,
  answerKey,
  answerOf,
  EXPIRIES,
  expiredRange,
  expiryKey,
  expiryOf,
} from '../database/keys.ts'
import type { KeptAnswer } from '../port.ts'
import type { SealedAnswer } from '../sealing/sealed-answer.ts'
import type { ClientKey, ValueSeals } from '../sealing/value-seals.ts'
import { type RecordingSource, withRecording } from './kept-recording.ts'

/**
 * How long an answer is kept for retransmissions, in milliseconds of a running recorder: see {@link
 * AnswerClock}.
 */
export const ANSWER_LIFE_MS = 24 * 60 * 60 * 1_000

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

/**
 * Reads when each answer was kept. Every answer has two keys, so that no damaged key makes a
 * command run again.
 */
export async function loadAnswerTimes(db: Database): Promise<AnswerTimes> {
  const times: AnswerTimes = new Map()
  const [expiries, answers] = await wrapReadErrors(() =>
    Promise.all([db.keys(EXPIRIES).all(), db.keys(ANSWERS).all()]),
  )
  for (const { at, owner } of [...expiries.map(expiryOf), ...answers.map(answerOf)])
    if (at >= 0) times.set(owner, Math.max(at, times.get(owner) ?? 0))
  return times
}

/** The kept answers of a log, and what opens them. */
export interface AnswerStore extends RecordingSource {
  answers: AnswerTimes
  seals: Pick<ValueSeals, 'answerOwner' | 'openAnswer' | 'openTag' | 'openView'>
  erased: ReadonlySet<string>
}

/** Returns the operations that store an answer as it is kept, sealed. */
export function answerOperations(
  owner: string,
  at: number,
  kept: KeptAnswer,
  seals: Pick<ValueSeals, 'sealAnswer'>,
): Operation[] {
  const key = answerKey(owner, at)
  return [
    { type: 'put', key, value: seals.sealAnswer(key, kept) },
    { type: 'put', key: expiryKey(at, owner), value: '' },
  ]
}

/**
 * Returns when the newest answer for a client's key was kept; undefined when there is none or it is
 * too old.
 */
export function answerTime(
  { answers, seals }: Pick<AnswerStore, 'answers' | 'seals'>,
  clientKey: ClientKey,
  now: number,
): number | undefined {
  const at = answers.get(seals.answerOwner(clientKey))
  return at === undefined || at <= now - ANSWER_LIFE_MS ? undefined : at
}

/**
 * Returns the newest answer for a client's key, unless it is too old. Rejects with
 * STORAGE_UNAVAILABLE when it was kept but cannot be read: its command must not run again.
 */
export async function findAnswer(
  log: AnswerStore,
  clientKey: ClientKey,
  now: number,
): Promise<KeptAnswer | undefined> {
  const at = answerTime(log, clientKey, now)
  if (at === undefined) return undefined
  const key = answerKey(log.seals.answerOwner(clientKey), at)
  const kept = await log.db.get(key)
  // It may have been evicted or voided meanwhile.
  if (kept === undefined && answerTime(log, clientKey, now) !== at) return undefined
  try {
    const sealed = parseAnswer(key, kept ?? '')
    const isErased = (id: string) => log.erased.has(id)
    const { fingerprint, answer } = log.seals.openAnswer(key, sealed, isErased)
    return { fingerprint, answer: await withRecording(log, answer) }
  } catch (cause) {
    if (!(cause instanceof DamagedViewError)) throw cause
    throw new RecorderError(
      'STORAGE_UNAVAILABLE',
      'A command with this Idempotency-Key was carried out, but the answer that was kept has changed on disk. Read the recording to see what is true now.',
      { cause },
    )
  }
}

/** Parses what is kept under a key. Throws DamagedViewError. */
function parseAnswer(key: string, kept: string): SealedAnswer {
  // The answers of earlier versions have a checksum in front.
  const text = kept.startsWith('{') ? kept : withoutChecksum(key, kept)
  try {
    return JSON.parse(text)
  } catch {
    throw new DamagedViewError(key)
  }
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
