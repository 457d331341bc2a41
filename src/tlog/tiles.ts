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

/** The hashes of a tile that were read, and those that were computed from them. None changes. */
export class Tile {
  readonly #levels: Buffer[][] = Array.from({ length: TILE_HEIGHT + 1 }, () => [])

  /** How many hashes of the lowest level are known, from the first on. */
  get count(): number {
    return this.#levels[0]!.length
  }

  /** Adds hashes of the lowest level, from an index on. It skips those that are known. */
  add(from: number, hashes: readonly Buffer[]): void {
    this.#levels[0]!.push(...hashes.slice(this.count - from))
  }

  /** Returns the hash of a node above known ones. */
  node(level: number, index: number): Buffer {
    const nodes = this.#levels[level]!
    nodes[index] ??= nodeHash(this.node(level - 1, 2 * index), this.node(level - 1, 2 * index + 1))
    return nodes[index]
  }
}

/** Keeps tiles by their name. It may forget any of them. */
export interface TileCache {
  get(name: string): Tile | undefined
  set(name: string, tile: Tile): unknown
}

/**
 * Computes all complete subtrees of a tree of `size` leaves from those that are stored. It reads
 * each tile, of 256 hashes at most, once, and from a cache only what is not in there: use a new one
 * for each proof, with the same cache for proofs of the same log.
 */
export function subtreesFromTiles(
  size: number,
  read: TileReader,
  cache: TileCache = new Map(),
): SubtreeReader {
  const tiles = new Map<string, Promise<Tile>>()
  async function readTile(height: number, index: number, name: string): Promise<Tile> {
    const tile = cache.get(name) ?? new Tile()
    const first = index * TILE_WIDTH
    const count = Math.min(TILE_WIDTH, Math.floor(size / 2 ** height) - first)
    const known = tile.count
    if (known < count) tile.add(known, await read(height, first + known, count - known))
    if (tile.count < count)
      throw new Error(`${tile.count} of ${count} hashes of height ${height} are stored.`)
    cache.set(name, tile)
    return tile
  }
  return async (height, index) => {
    const above = height % TILE_HEIGHT
    const [base, wide] = [height - above, TILE_WIDTH / 2 ** above]
    const at = Math.floor(index / wide)
    const name = `${base}/${at}`
    const reading = tiles.get(name) ?? readTile(base, at, name)
    tiles.set(name, reading)
    return (await reading).node(above, index - at * wide)
  }
}
