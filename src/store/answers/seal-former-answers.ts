import { withoutChecksum } from '../database/checksum.ts'
import {
  type Database,
  type Operation,
  storageError,
  wrapReadErrors,
  writeBatch,
} from '../database/database.ts'
import {
  ANSWERS,
  answerKey,
  answerOf,
  EXPIRIES,
  expiryKey,
  expiryOf,
  REMAINS_KEY,
  SCHEMA_KEY,
} from '../database/keys.ts'
import type { ValueSeals } from '../sealing/value-seals.ts'
import { lastWriteEntry, loadLastWrite } from './acknowledgement.ts'

/**
 * Seals the answers that 0.1 has kept, and names their owners anew: hashes of clients and keys can
 * be guessed. Sets the version of the layout with the same write. Rejects with STORAGE_UNAVAILABLE
 * or STORAGE_FULL.
 */
export async function sealFormerAnswers(
  db: Database,
  seals: ValueSeals,
  schema: string,
): Promise<void> {
  const [answers, expiries, lastWrite] = await wrapReadErrors(() =>
    Promise.all([db.iterator(ANSWERS).all(), db.keys(EXPIRIES).all(), loadLastWrite(db)]),
  )
  const operations: Operation[] = [
    { type: 'put', key: SCHEMA_KEY, value: schema },
    { type: 'put', key: REMAINS_KEY, value: '' },
  ]
  for (const [key, value] of answers) {
    const { at, owner } = answerOf(key)
    if (!(at >= 0)) continue
    const renamed = answerKey(seals.renameOwner(owner), at)
    operations.push({ type: 'del', key })
    operations.push({ type: 'put', key: renamed, value: sealAnswer(seals, key, renamed, value) })
  }
  for (const key of expiries) {
    const { at, owner } = expiryOf(key)
    if (!(at >= 0)) continue
    operations.push({ type: 'del', key })
    operations.push({ type: 'put', key: expiryKey(at, seals.renameOwner(owner)), value: '' })
  }
  if (lastWrite !== undefined) {
    const renamed = lastWrite.answers.map(
      ([position, owner, at, claimsMedia]) =>
        [position, seals.renameOwner(owner), at, claimsMedia] as const,
    )
    operations.push(lastWriteEntry({ ...lastWrite, answers: renamed }))
  }
  await writeBatch(db, operations).catch((error) => {
    throw storageError('The log cannot be written', error)
  })
}

/** A damaged answer stays one: its command must not run again. */
function sealAnswer(seals: ValueSeals, key: string, renamed: string, value: string): string {
  try {
    // The first answers had no checksum.
    const kept = JSON.parse(value.startsWith('{') ? value : withoutChecksum(key, value))
    return seals.sealAnswer(renamed, kept)
  } catch {
    return ''
  }
}
