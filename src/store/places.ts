import type { Database } from './database.ts'

const CHUNK = 200

/** Which part of an order of places to walk: from `from` on, up to but without `before`. */
export interface PlaceBounds {
  from: string
  before: string
}

/** Places under a prefix, newest first. */
async function* walk(db: Database, prefix: string, bounds: PlaceBounds): AsyncGenerator<string> {
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
 * Places that are under every one of the prefixes, newest first. Each index is asked for its next
 * place at or before the last candidate, so a rare tag makes a common one cheap ("leapfrog" join).
 */
export async function* commonPlaces(
  db: Database,
  prefixes: string[],
  bounds: PlaceBounds,
): AsyncGenerator<string> {
  const [only] = prefixes
  if (only !== undefined && prefixes.length === 1) {
    yield* walk(db, only, bounds)
    return
  }
  const indexes = prefixes.map((prefix) => ({
    prefix,
    keys: db.keys({ gte: prefix + bounds.from, lt: prefix + bounds.before, reverse: true }),
  }))
  try {
    let candidate: string | undefined
    for (let agreed = 0, turn = 0; ; turn = (turn + 1) % indexes.length) {
      const { prefix, keys } = indexes[turn]!
      if (candidate !== undefined) keys.seek(prefix + candidate)
      const found = (await keys.next())?.slice(prefix.length)
      if (found === undefined) return
      agreed = found === candidate ? agreed + 1 : 1
      candidate = found
      if (agreed < indexes.length) continue
      yield candidate
      // This index goes on to its next place, which becomes the candidate for the others.
      const next = (await keys.next())?.slice(prefix.length)
      if (next === undefined) return
      candidate = next
      agreed = 1
    }
  } finally {
    await Promise.all(indexes.map(({ keys }) => keys.close()))
  }
}
