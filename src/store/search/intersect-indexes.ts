import type { Database } from '../database/database.ts'

const CHUNK = 200

/** The bounds of an index scan: `from` included, `before` excluded. */
export interface SortKeyBounds {
  from: string
  before: string
}

/** Yields the sort keys under a prefix, newest first. */
async function* scanIndex(
  db: Database,
  prefix: string,
  bounds: SortKeyBounds,
): AsyncGenerator<string> {
  const iterator = db.keys({ gte: prefix + bounds.from, lt: prefix + bounds.before, reverse: true })
  try {
    for (;;) {
      const keys = await iterator.nextv(CHUNK)
      if (keys.length === 0) return
      for (const key of keys) yield key.slice(prefix.length)
    }
  } finally {
    await iterator.close()
  }
}

/**
 * Yields the sort keys that are under every prefix, newest first. It is a leapfrog join: each index
 * seeks its next key at or before the last candidate, so a rare tag makes a common one cheap.
 */
export async function* intersectIndexes(
  db: Database,
  prefixes: string[],
  bounds: SortKeyBounds,
): AsyncGenerator<string> {
  const [only] = prefixes
  if (only !== undefined && prefixes.length === 1) {
    yield* scanIndex(db, only, bounds)
    return
  }
  const indexes = prefixes.map((prefix) => ({
    prefix,
    keys: db.keys({ gte: prefix + bounds.from, lt: prefix + bounds.before, reverse: true }),
  }))
  try {
    let candidate: string | undefined
    for (let matching = 0, at = 0; ; at = (at + 1) % indexes.length) {
      const { prefix, keys } = indexes[at]!
      if (candidate !== undefined) keys.seek(prefix + candidate)
      const found = (await keys.next())?.slice(prefix.length)
      if (found === undefined) return
      matching = found === candidate ? matching + 1 : 1
      candidate = found
      if (matching < indexes.length) continue
      yield candidate
      // The next key of this index becomes the candidate for the others.
      const next = (await keys.next())?.slice(prefix.length)
      if (next === undefined) return
      candidate = next
      matching = 1
    }
  } finally {
    await Promise.all(indexes.map(({ keys }) => keys.close()))
  }
}
