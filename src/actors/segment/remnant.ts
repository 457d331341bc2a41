import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isSealedFile } from '../../age/stored-media.ts'
import { tailPath } from '../../age/tail.ts'
import type { Remnant } from '../../contract/events.ts'
import { hashFile } from '../../disk/hash-file.ts'
import { listFolder } from '../../disk/list-folder.ts'
import { openIfThere } from '../../disk/open-if-there.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import { writeFully } from '../../disk/write-fully.ts'
import { DRAFT } from '../../disk/write-private-file.ts'

const READ_BYTES = 1_048_576
/** The header of a sealed file takes no more. */
const HEADER_BYTES = 512

/**
 * Copies what the file of a segment has from byte `at` on, and then its tail, into a file beside
 * it, before salvage cuts it off. Resolves when that is on disk. What an earlier attempt has copied
 * stays. Rejects with errors of the file system.
 */
export async function keepRemnant(path: string, at: number): Promise<void> {
  const name = `${path}.remnant-${at}`
  if ((await listFolder(dirname(path))).includes(basename(name))) return
  const draft = `${name}${DRAFT}`
  try {
    await write(draft, pieces(path, at))
    await rename(draft, name)
  } catch (error) {
    // A full disk needs its space.
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
  await syncFolder(dirname(path))
}

async function write(path: string, content: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    let end = 0
    for await (const piece of content) {
      await writeFully(file, piece, end)
      end += piece.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Finds what was kept of the file of a segment; undefined when nothing was cut off. */
export async function findRemnant(path: string): Promise<Remnant | undefined> {
  const prefix = `${basename(path)}.remnant-`
  const places = (await listFolder(dirname(path)))
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((place) => /^\d+$/.test(place))
    .map(Number)
  if (places.length === 0) return undefined
  // An attempt that was killed may have found less damage.
  const at = Math.min(...places)
  const file = `${prefix}${at}`
  return { file, at, ...(await hashFile(join(dirname(path), file))) }
}

/**
 * Whether a sealed file or its tail has anything but zeros behind the header: a file that is
 * created has none.
 */
export async function hasContent(path: string): Promise<boolean> {
  for await (const piece of pieces(path, HEADER_BYTES))
    if (piece.some((byte) => byte !== 0)) return true
  return false
}

/** Whether a file has a text, of ASCII, at a byte or behind it. */
export async function isInFile(text: string, path: string, from: number): Promise<boolean> {
  let end = Buffer.alloc(0)
  for await (const piece of piecesOf(path, from)) {
    const bytes = Buffer.concat([end, piece])
    if (bytes.includes(text)) return true
    end = bytes.subarray(Math.max(0, bytes.length - text.length + 1))
  }
  return false
}

/** Reads a file from a byte on, and then the tail of a sealed one. */
async function* pieces(path: string, at: number): AsyncGenerator<Buffer> {
  yield* piecesOf(path, at)
  if (isSealedFile(path)) yield* piecesOf(tailPath(path), 0)
}

/** Reads a file from a byte on; nothing when there is no such file. */
async function* piecesOf(path: string, start: number): AsyncGenerator<Buffer> {
  const file = await openIfThere(path, 'r')
  if (file) yield* file.createReadStream({ start, highWaterMark: READ_BYTES })
}
