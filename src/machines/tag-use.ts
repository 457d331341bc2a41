import type { TagValue } from '../contract/commands.ts'

type Tags = Readonly<Record<string, TagValue>>

/** The most different keys that a recording can have. */
export const MOST_TAG_KEYS = 1_000
/** The most bytes that all tags ever set on a recording can take, see {@link tagBytes}. */
export const MOST_TAG_BYTES = 1_048_576
/** An entry costs more than its text: who set it, and when. */
const ENTRY_BYTES = 32
/** Browsers fold the machines, too. */
const encoder = new TextEncoder()

/** How much of its tag limits a recording has used. Immutable. */
export interface TagUse {
  readonly keys: ReadonlySet<string>
  readonly bytes: number
}

/** The use of a recording without tags. */
export const NO_TAGS: TagUse = { keys: new Set(), bytes: 0 }

/** Returns the bytes that tags take: key and value as JSON, and 32 bytes for each entry. */
function tagBytes(tags: Tags): number {
  let bytes = 0
  for (const [key, value] of Object.entries(tags))
    bytes += ENTRY_BYTES + encoder.encode(JSON.stringify([key, value])).length
  return bytes
}

/** Returns the use after further tags. */
export function withTags(use: TagUse, tags: Tags): TagUse {
  const added = Object.keys(tags).filter((key) => !use.keys.has(key))
  const keys = added.length === 0 ? use.keys : new Set([...use.keys, ...added])
  return { keys, bytes: use.bytes + tagBytes(tags) }
}
