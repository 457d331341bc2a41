import { BoundedMap } from '../collections/bounded-map.ts'
import type { Identity } from './identity.ts'

/** A recording has a few files that somebody plays. */
const MOST_KEYS = 64

/**
 * The file keys that were unwrapped last, by identity and stanzas: unwrapping takes as long as
 * reading a megabyte, and a player asks for many parts of the same file. They are forgotten with
 * the identity, so that nothing of an erased recording is kept.
 */
const keys = new WeakMap<Identity, Map<string, Buffer>>()

/** Returns the file key of these stanzas, from memory or else by `unwrap`. */
export function cachedFileKey(
  stanzas: string,
  identity: Identity,
  unwrap: (stanzas: string, identity: Identity) => Buffer,
): Buffer {
  const known = keys.get(identity) ?? new BoundedMap<string, Buffer>(MOST_KEYS)
  const cached = known.get(stanzas)
  if (cached) return cached
  const fileKey = unwrap(stanzas, identity)
  keys.set(identity, known.set(stanzas, fileKey))
  return fileKey
}
