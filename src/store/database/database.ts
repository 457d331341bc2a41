import { mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { RecorderError } from '../../contract/errors.ts'
import { isDiskFull } from '../../disk/disk-full.ts'
import { listFolder } from '../../disk/list-folder.ts'

/** The LevelDB database. Keys and values are UTF-8 text. */
export type Database = Level<string, string>

/** A state of the database that does not change. Close it, for LevelDB keeps what it shows. */
export type DatabaseSnapshot = ReturnType<Database['snapshot']>

/** One change in a batch. */
export type Operation = { type: 'put'; key: string; value: string } | { type: 'del'; key: string }

/**
 * LevelDB maps every open table into memory. These are its smallest limits: 64 tables (10 more
 * files are not tables) of 1 MB each.
 */
const SMALL = { maxOpenFiles: 74, maxFileSize: 1024 * 1024 }

function* causesOf(error: unknown): Generator<unknown> {
  for (let at = error; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause)
    yield at
}

/**
 * Creates the error for a failure of the database: STORAGE_FULL when one of the causes is a full
 * disk, otherwise STORAGE_UNAVAILABLE. `what` happened begins the detail.
 */
export function storageError(what: string, cause: unknown): RecorderError {
  for (const one of causesOf(cause)) {
    if (isDiskFull(one))
      return new RecorderError('STORAGE_FULL', `${what}: the disk is full.`, { cause })
    if ((one as { code?: unknown }).code === 'LEVEL_LOCKED') {
      return new RecorderError('STORAGE_UNAVAILABLE', `${what}: another process has it open.`, {
        cause,
      })
    }
  }
  return new RecorderError('STORAGE_UNAVAILABLE', `${what}.`, { cause })
}

/** Returns whether one of the causes is that another process has the database open. */
export function isLocked(error: unknown): boolean {
  for (const one of causesOf(error))
    if ((one as { code?: unknown }).code === 'LEVEL_LOCKED') return true
  return false
}

/** Runs a read and converts errors of LevelDB to STORAGE_UNAVAILABLE. */
export async function wrapReadErrors<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw error instanceof RecorderError ? error : storageError('The log cannot be read', error)
  }
}

/**
 * Reads what an iterator finds in chunks of a size, and closes it. Reads the next chunk while the
 * current one is used. Rejects with STORAGE_UNAVAILABLE.
 */
export async function* readChunks<T>(
  iterator: { nextv(size: number): Promise<T[]>; close(): Promise<void> },
  size: number,
): AsyncGenerator<T[]> {
  try {
    let ahead = wrapReadErrors(() => iterator.nextv(size))
    for (;;) {
      const chunk = await ahead
      if (chunk.length === 0) return
      ahead = wrapReadErrors(() => iterator.nextv(size))
      // The consumer may stop here; then a failed read must not go unhandled.
      ahead.catch(() => undefined)
      yield chunk
    }
  } finally {
    await iterator.close()
  }
}

/** Returns whether the folder has files of a database. Rejects with STORAGE_UNAVAILABLE. */
export async function hasDatabase(folder: string): Promise<boolean> {
  const names = await wrapReadErrors(() => listFolder(folder))
  return names.some((name) => /^CURRENT$|\.(ldb|sst|log)$/.test(name))
}

/**
 * Opens the database in the folder, or creates it when the folder has no files of one. A folder
 * with data that cannot be opened is never created again: LevelDB would delete files that it does
 * not know. Rejects with STORAGE_UNAVAILABLE (LEVEL_LOCKED among the causes when another process
 * has it open) or STORAGE_FULL.
 */
export async function openDatabase(folder: string): Promise<Database> {
  const createIfMissing = !(await hasDatabase(folder))
  try {
    if (createIfMissing) await mkdir(folder, { recursive: true, mode: 0o700 })
    const db: Database = new Level(folder, { createIfMissing, ...SMALL })
    await db.open()
    return db
  } catch (error) {
    throw storageError('The log cannot be opened', error)
  }
}

/** Writes a batch atomically and forces it to disk. */
export async function writeBatch(db: Database, operations: Iterable<Operation>): Promise<void> {
  // A chained batch costs a tenth of an array of operations, whose members LevelDB would read back
  // one by one through Node-API.
  const batch = db.batch()
  for (const operation of operations) {
    if (operation.type === 'put') batch.put(operation.key, operation.value)
    else batch.del(operation.key)
  }
  await batch.write({ sync: true })
}

/** Bytes that LevelDB needs beside its write-ahead logs to open and for a first write. */
const MARGIN_BYTES = 1024 * 1024

/**
 * Checks whether the disk has the space that LevelDB needs to open: it rewrites its write-ahead
 * logs as tables. Rejects with STORAGE_FULL or STORAGE_UNAVAILABLE; then an open database should
 * stay open for reading.
 */
export async function probeDisk(folder: string): Promise<void> {
  const probe = `${folder}.probe`
  try {
    const logs = (await listFolder(folder)).filter((name) => name.endsWith('.log'))
    const sizes = await Promise.all(logs.map(async (name) => (await stat(join(folder, name))).size))
    const bytes = sizes.reduce((sum, size) => sum + size, MARGIN_BYTES)
    const handle = await open(probe, 'w', 0o600)
    try {
      const block = Buffer.alloc(64 * 1024)
      for (let written = 0; written < bytes; written += block.length) await handle.write(block)
      await handle.datasync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw storageError('The log cannot be reopened', error)
  } finally {
    await rm(probe, { force: true })
  }
}
