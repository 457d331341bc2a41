import { execFile } from 'node:child_process'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { RecorderError } from '../../contract/errors.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import { storageError } from '../database/database.ts'
import { damaged } from '../records/verify.ts'

const LOCKED = 3

/** Copies everything but views and hashes, which are made again from the events. */
const COPY = `
const { Level } = require(process.argv[1])
const from = new Level(process.argv[2], { createIfMissing: false })
const to = new Level(process.argv[3])
async function copy() {
  await from.open()
  await to.open()
  for (const kind of ['answer', 'checkpoint', 'event', 'expiry', 'meta']) {
    const iterator = from.iterator({ gte: kind + '/', lt: kind + '0' })
    for (;;) {
      const entries = await iterator.nextv(1000)
      if (entries.length === 0) break
      await to.batch(entries.map(([key, value]) => ({ type: 'put', key, value })))
    }
    await iterator.close()
  }
  await to.del('meta/projections', { sync: true })
  await Promise.all([from.close(), to.close()])
}
copy().catch((error) => {
  const isLocked = error.code === 'LEVEL_LOCKED' || error.cause?.code === 'LEVEL_LOCKED'
  console.error(String(error.cause ?? error))
  process.exit(isLocked ? ${LOCKED} : 1)
})
`

/**
 * Replaces a database whose tables are damaged by a copy without its views, with whole tables. What
 * was copied is not verified yet. A process of its own copies: LevelDB ends a process when a
 * damaged table breaks one of its assumptions. Does nothing when another process has the database
 * open. Rejects with STORAGE_UNAVAILABLE; then the folder holds the same entries as before.
 */
export async function copyDatabase(folder: string, tables: readonly string[]): Promise<void> {
  const copy = `${folder}.copy`
  const replaced = `${folder}.replaced`
  try {
    await rm(copy, { recursive: true, force: true })
    if (!(await copyInChild(folder, copy, tables))) return
    // LevelDB has forced only its last write to disk, and what is copied is about to be removed.
    for (const name of await readdir(copy)) await syncFile(join(copy, name))
    await syncFolder(copy)
    await rm(replaced, { recursive: true, force: true })
    await rename(folder, replaced)
    await rename(copy, folder)
    await syncFolder(dirname(folder))
    await rm(replaced, { recursive: true, force: true })
  } catch (error) {
    // The next opening removes what cannot be removed now.
    await rm(copy, { recursive: true, force: true }).catch(() => {})
    throw error instanceof RecorderError
      ? error
      : storageError('The damaged log cannot be copied', error)
  }
}

/** Resolves with false when another process has the database open. */
function copyInChild(folder: string, copy: string, tables: readonly string[]): Promise<boolean> {
  const level = createRequire(import.meta.url).resolve('level')
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['-e', COPY, level, folder, copy], (error) => {
      if (error === null) return resolve(true)
      if (error.code === LOCKED) return resolve(false)
      reject(damaged(`LevelDB cannot read its table ${tables.join(', ')}`, error))
    })
  })
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
