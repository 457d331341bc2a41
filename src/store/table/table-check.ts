import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32c } from './crc32c.ts'
import { readLiveTables } from './live-tables.ts'
import { uncompress } from './snappy.ts'
import { VarintReader } from './varint.ts'

const FOOTER_BYTES = 48
/** Behind each block: how it is compressed, and its checksum. */
const TRAILER_BYTES = 5
const MAGIC = Buffer.from('57fb808b247547db', 'hex')
const SNAPPY = 1

/** Where a block is in a table, without its trailer. */
interface Handle {
  offset: number
  size: number
}

/**
 * Returns the names of the tables in a database folder whose checksums do not match. LevelDB does
 * not look at them when it reads, and believes what it finds. Tables that it does not use are left
 * out. `giveWay` is called after each table. Rejects with errors of the file system.
 */
export async function findDamagedTables(
  folder: string,
  giveWay: () => Promise<void> | undefined = () => undefined,
): Promise<string[]> {
  const damaged: string[] = []
  const names = (await readdir(folder)).filter((name) => /\.(ldb|sst)$/.test(name))
  const live = await readLiveTables(folder)
  for (const name of names.sort()) {
    if (live !== undefined && !live.has(Number.parseInt(name, 10))) continue
    const content = await readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      // Another process may have the database open, and remove tables.
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (content !== undefined && !isIntact(content)) damaged.push(name)
    await giveWay()
  }
  return damaged
}

/**
 * Checks a LevelDB table (https://github.com/google/leveldb/blob/main/doc/table_format.md): every
 * byte belongs to a block whose checksum matches, or to the footer.
 */
export function isIntact(table: Buffer): boolean {
  const footerAt = table.length - FOOTER_BYTES
  if (footerAt < 0 || !table.subarray(-MAGIC.length).equals(MAGIC)) return false
  try {
    const footer = new VarintReader(table, footerAt)
    const roots = [readHandle(footer), readHandle(footer)]
    let bytes = 0
    for (const root of roots) {
      bytes += root.size + TRAILER_BYTES
      for (const handle of handlesIn(readBlock(table, root))) {
        readBlock(table, handle, false)
        bytes += handle.size + TRAILER_BYTES
      }
    }
    return bytes === footerAt
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function readHandle(reader: VarintReader): Handle {
  return { offset: reader.next(), size: reader.next() }
}

/** Checks a block and returns its content. Throws RangeError when it is damaged. */
function readBlock(table: Buffer, { offset, size }: Handle, isWanted = true): Uint8Array {
  const end = offset + size
  if (end + TRAILER_BYTES > table.length - FOOTER_BYTES) throw new RangeError('No block is here.')
  // The checksum covers the content and the byte that says how it is compressed.
  if (unmask(table.readUInt32LE(end + 1)) !== crc32c(table, offset, end + 1))
    throw new RangeError('The checksum of a block does not match.')
  const content = table.subarray(offset, end)
  return isWanted && table[end] === SNAPPY ? uncompress(content) : content
}

/** LevelDB masks checksums, because it may compute checksums of checksums. */
function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0
  return ((rotated >>> 17) | (rotated << 15)) >>> 0
}

/** Yields the handles in a block of an index. */
function* handlesIn(block: Uint8Array): Generator<Handle> {
  const view = new DataView(block.buffer, block.byteOffset, block.length)
  const end = block.length - 4 - 4 * view.getUint32(block.length - 4, true)
  const reader = new VarintReader(block)
  while (reader.at < end) {
    reader.next()
    const keyBytes = reader.next()
    const valueBytes = reader.next()
    const valueAt = reader.at + keyBytes
    yield readHandle(new VarintReader(block, valueAt))
    reader.at = valueAt + valueBytes
  }
}
