import { type OpenedCheckpoint, openCheckpoint, readCheckpoint } from './checkpoint.ts'
import { parseVkey, type Verifier } from './keys.ts'
import { TlogError } from './tlog-error.ts'

/** A key that signs the checkpoints of a log from a position on, until the next one does. */
export interface NamedKey {
  readonly position: number
  /** A vkey. */
  readonly key: string
}

/** Returns the key that signs checkpoints of a size; undefined before the first was named. */
export function keyAt<K extends NamedKey>(keys: readonly K[], size: number): K | undefined {
  return keys.findLast(({ position }) => position <= size)
}

/**
 * Returns the log that must have signed a checkpoint: its name, and its key of that time. A former
 * key proves nothing: it may have been stolen since. Throws a TlogError when there was none.
 */
export function signerOf(
  note: string,
  keys: readonly NamedKey[],
): { origin: string; keys: [Verifier] } {
  const named = keyAt(keys, readCheckpoint(note).size)
  if (named === undefined) throw new TlogError('It is older than the first key of the log.')
  const key = parseVkey(named.key)
  return { origin: key.name, keys: [key] }
}

/** Opens a checkpoint with the key of its time. Throws a TlogError when that has not signed it. */
export function openByHistory(note: string, keys: readonly NamedKey[]): OpenedCheckpoint {
  return openCheckpoint(note, signerOf(note, keys))
}
