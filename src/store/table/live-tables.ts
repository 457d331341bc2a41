import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { VarintReader } from './varint.ts'

const BLOCK_BYTES = 32 * 1024
/** Before each record: checksum, length, and which part of a whole it is. */
const HEADER_BYTES = 7
const [FULL, LAST] = [1, 4]

/** The members of an edit that LevelDB writes (db/version_edit.cc), by their tags. */
const [COMPARATOR, COMPACT_POINTER, DELETED_FILE, NEW_FILE] = [1, 5, 6, 7]

/**
 * Reads which tables of a database folder LevelDB uses, by their numbers. When it is closed during
 * a compaction, an unfinished table stays that it does not know, and removes at the next opening.
 * Undefined when that cannot be read: then any table may be in use.
 */
export async function readLiveTables(folder: string): Promise<Set<number> | undefined> {
  try {
    const name = (await readFile(join(folder, 'CURRENT'), 'utf8')).trim()
    return liveTablesOf(await readFile(join(folder, name)))
  } catch {
    return undefined
  }
}

/** Throws RangeError for anything but a whole MANIFEST. */
function liveTablesOf(manifest: Buffer): Set<number> {
  const live = new Set<number>()
  for (const edit of recordsOf(manifest)) {
    const reader = new VarintReader(edit)
    while (reader.at < edit.length) {
      const tag = reader.next()
      if (tag === COMPARATOR) skipText(reader)
      else if (tag === COMPACT_POINTER) {
        reader.next()
        skipText(reader)
      } else if (tag === DELETED_FILE) {
        reader.next()
        live.delete(reader.next())
      } else if (tag === NEW_FILE) {
        reader.next()
        live.add(reader.next())
        reader.next()
        skipText(reader)
        skipText(reader)
      } else reader.next()
    }
  }
  return live
}

function skipText(reader: VarintReader): void {
  const bytes = reader.next()
  reader.at += bytes
}

/** Yields the records of a log of LevelDB (doc/log_format.md). */
function* recordsOf(log: Buffer): Generator<Buffer> {
  let parts: Buffer[] = []
  for (let at = 0; at + HEADER_BYTES <= log.length; ) {
    const left = BLOCK_BYTES - (at % BLOCK_BYTES)
    const end = at + HEADER_BYTES + log.readUInt16LE(at + 4)
    const part = log[at + 6] as number
    if (left < HEADER_BYTES) at += left
    else {
      if (end > log.length || part < FULL || part > LAST) throw new RangeError('No record is here.')
      parts.push(log.subarray(at + HEADER_BYTES, end))
      if (part === FULL || part === LAST) {
        yield Buffer.concat(parts)
        parts = []
      }
      at = end
    }
  }
}
