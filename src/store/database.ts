import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { RecorderError } from '../contract/errors.ts'
import { isDiskFull } from '../disk/disk-full.ts'

/** The LevelDB folder, keys and values as UTF-8 text. */
export type Database = Level<string, string>

/** One change in a batch. */
export type Operation = { type: 'put'; key: string; value: string } | { type: 'del'; key: string }

function* causes(error: unknown): Generator<unknown> {
  for (let at = error; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause)
    yield at
}

/**
 * STORAGE_FULL when somewhere in the causes the disk is, otherwise STORAGE_UNAVAILABLE; `what`
 * happened goes before the remedy.
 */
export function storageError(what: string, cause: unknown): RecorderError {
  for (const at of causes(cause)) {
    if (isDiskFull(at))
      return new RecorderError('STORAGE_FULL', `${what}: the disk is full.`, { cause })
    if ((at as { code?: unknown }).code === 'LEVEL_LOCKED') {
      return new RecorderError('STORAGE_UNAVAILABLE', `${what}: another process has it open.`, {
        cause,
      })
    }
  }
  return new RecorderError('STORAGE_UNAVAILABLE', `${what}.`, { cause })
}

/** Whether somewhere in the causes another process has the database open. */
export function isLocked(error: unknown): boolean {
  for (const at of causes(error))
    if ((at as { code?: unknown }).code === 'LEVEL_LOCKED') return true
  return false
}

/** Reads; what LevelDB throws becomes STORAGE_UNAVAILABLE. */
export async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw error instanceof RecorderError ? error : storageError('The log cannot be read', error)
  }
}

async function files(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}

/** Whether there is something of a database in the folder. Rejects with STORAGE_UNAVAILABLE. */
export async function holdsDatabase(folder: string): Promise<boolean> {
  const names = await reading(() => files(folder))
  return names.some((name) => /^CURRENT$|\.(ldb|sst|log)$/.test(name))
}

/**
 * Opens the folder, creating it when there is nothing in it. A folder that holds data but cannot be
 * opened is never created anew: LevelDB would delete the files that it does not know. Rejects with
 * STORAGE_UNAVAILABLE (LEVEL_LOCKED among the causes when another process has it open) or
 * STORAGE_FULL.
 */
export async function openDatabase(folder: string): Promise<Database> {
  const createIfMissing = !(await holdsDatabase(folder))
  try {
    if (createIfMissing) await mkdir(folder, { recursive: true, mode: 0o700 })
    const db: Database = new Level(folder, { createIfMissing })
    await db.open()
    return db
  } catch (error) {
    throw storageError('The log cannot be opened', error)
  }
}

/** Writes all or nothing, forced to disk. */
export async function writeBatch(db: Database, operations: Iterable<Operation>): Promise<void> {
  // A chained batch costs a tenth of an array of operations, which is read back member by member
  // across Node-API.
  const batch = db.batch()
  for (const operation of operations) {
    if (operation.type === 'put') batch.put(operation.key, operation.value)
    else batch.del(operation.key)
  }
  await batch.write({ sync: true })
}

/** Bytes that LevelDB needs beyond its write-ahead logs to open and for a first write. */
const MARGIN_BYTES = 1024 * 1024

/**
 * Sees whether the disk would let LevelDB open: it writes its write-ahead logs anew as tables when
 * it does. So as long as this rejects (STORAGE_FULL, STORAGE_UNAVAILABLE), a database that is open
 * had better stay so, for reading.
 */
export async function probeDisk(folder: string): Promise<void> {
  const probe = `${folder}.probe`
  try {
    const logs = (await files(folder)).filter((name) => name.endsWith('.log'))
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
