import { TILE_HEIGHT } from './frontier.ts'
import { nodeHash } from './hashes.ts'
import type { SubtreeReader } from './subtrees.ts'

const TILE_WIDTH = 2 ** TILE_HEIGHT

/**
 * Returns the hashes of `count` complete subtrees of one height, from the one at `first`. The
 * height is a multiple of 8: 0 for the leaves, which are hashed from the records, otherwise one
 * that `Frontier.append` returned. At most 256 are asked for.
 */
export type TileReader = (height: number, first: number, count: number) => Promise<Buffer[]>

/**
 * Computes all complete subtrees of a tree of `size` leaves from those that are stored. It reads
 * each tile, of 256 hashes at most, once and keeps it: use a new one for each proof.
 */
export function subtreesFromTiles(size: number, read: TileReader): SubtreeReader {
  const tiles = new Map<string, Promise<Buffer[]>>()
  const tileOf = (height: number, tile: number): Promise<Buffer[]> => {
    const key = `${height}/${tile}`
    let hashes = tiles.get(key)
    if (hashes === undefined) {
      const first = tile * TILE_WIDTH
      const count = Math.min(TILE_WIDTH, Math.floor(size / 2 ** height) - first)
      hashes = read(height, first, count).then((found) => {
        if (found.length === count) return found
        throw new Error(`${found.length} of ${count} hashes of height ${height} are stored.`)
      })
      tiles.set(key, hashes)
    }
    return hashes
  }
  return async (height, index) => {
    const above = height % TILE_HEIGHT
    const width = 2 ** above
    const first = index * width
    const tile = Math.floor(first / TILE_WIDTH)
    const hashes = await tileOf(height - above, tile)
    const from = first - tile * TILE_WIDTH
    return completeHash(hashes.slice(from, from + width))
  }
}

/** Hashes neighbours up to the one node above all of them. */
function completeHash(hashes: Buffer[]): Buffer {
  let level = hashes
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      nodeHash(level[2 * i]!, level[2 * i + 1]!),
    )
  return level[0]!
}
