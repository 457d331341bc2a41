import { type Database, type Operation, readChunks } from '../database/database.ts'
import { recordingOfView, TAG_INDEX } from '../database/keys.ts'
import type { NameTag, ProjectionChanges } from './projection-changes.ts'

/** Entries of the index of tags that are read together. */
const CHUNK = 500

/**
 * Returns the recordings that lose all their tags by some changes, while one of these cannot be
 * named, because its key was lost: their entries stay in the index.
 */
export function withUnnamedTags(changes: ProjectionChanges, nameTag: NameTag): string[] {
  return [...changes].flatMap(([id, { before, after }]) => {
    if (before === undefined || (after?.view.tags.length ?? 0) > 0) return []
    return before.view.tags.some((tag) => nameTag(id, tag) === undefined) ? id : []
  })
}

/**
 * Deletes the entries of such recordings, and forgets these recordings. Reads the whole index, and
 * gives way to other work. Rejects with STORAGE_UNAVAILABLE or STORAGE_FULL.
 */
export async function deleteUnnamedTags(
  { db, unnamed }: { db: Database; unnamed: Set<string> },
  writer: { write(operations: readonly Operation[]): Promise<void> },
): Promise<void> {
  if (unnamed.size === 0) return
  const ids = new Set(unnamed)
  for await (const keys of readChunks(db.keys(TAG_INDEX), CHUNK)) {
    const found = keys.filter((key) => ids.has(recordingOfView(key)))
    if (found.length > 0) await writer.write(found.map((key) => ({ type: 'del', key })))
  }
  for (const id of ids) unnamed.delete(id)
}
