import { leafHash } from '../../tlog/hashes.ts'
import type { SubtreeReader } from '../../tlog/subtrees.ts'
import { subtreesFromTiles, type TileCache, type TileReader } from '../../tlog/tiles.ts'
import { type Database, wrapReadErrors } from '../database/database.ts'
import { eventRange, treeRange } from '../database/keys.ts'

const CHUNK_BYTES = 256 * 1024

/**
 * Returns the reader of the hashes of the tree of the first `size` events. It reads from a database
 * that has them all. Each use of it keeps what it has read, so take a new one for each proof;
 * `kept` has what was read of the same database before. Rejects with STORAGE_UNAVAILABLE.
 */
export function treeHashes(db: Database, size: number, kept?: TileCache): SubtreeReader {
  return subtreesFromTiles(size, tilesOf(db), kept)
}

function tilesOf(db: Database): TileReader {
  return (height, first, count) =>
    wrapReadErrors(async () => {
      const isLeaves = height === 0
      const range = isLeaves
        ? eventRange(first + 1, first + count)
        : treeRange(height, first, first + count)
      const values = await db.values({ ...range, highWaterMarkBytes: CHUNK_BYTES }).all()
      return values.map((value) => (isLeaves ? leafHash(value) : Buffer.from(value, 'hex')))
    })
}
