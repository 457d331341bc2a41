/** The folder of composed files. Each is whole or not there; it can be emptied at any time, for all in it can be made again. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../events/errors.ts'
import type { Plan } from './plan.ts'
import type { ComposedFile } from './port.ts'

const WORK = '.work'
const KEY_LENGTH = 24
/** A file's name says all there is to know of it, so that one renaming makes it known. */
const NAME = /^([a-z-]+)-([0-9a-f]{24})-([0-9a-f]{64})\.(mp4|ogg)$/
const TYPES = { mp4: 'video/mp4', ogg: 'audio/ogg' } as const
const HASH_BYTES = 1_048_576
/** Never taken by a composed file: what records needs it more. */
const RESERVE_BYTES = 256 * 1_048_576

/** What may be kept. */
export interface CacheLimits {
  /** All composed files together; the one asked for last is always kept. */
  totalBytes: number
}

interface Entry {
  path: string
  bytes: number
  usedAt: number
}

/** The cache of one home. */
export class Cache {
  readonly #folder: string
  readonly #limits: CacheLimits

  constructor(folder: string, limits: CacheLimits) {
    this.#folder = folder
    this.#limits = limits
  }

  /** Removes what a killed recorder left half-made. */
  async tidy(): Promise<void> {
    await rm(join(this.#folder, WORK), { recursive: true, force: true })
  }

  /** The planned file, if it is there. */
  async find(plan: Plan): Promise<ComposedFile | undefined> {
    const folder = join(this.#folder, plan.recordingId)
    for (const name of await names(folder)) {
      const [, what, key, sha256] = NAME.exec(name) ?? []
      if (what !== plan.name || key !== keyOf(plan)) continue
      const now = new Date()
      // Files that have been used last go last.
      await utimes(join(folder, name), now, now).catch(() => {})
      return this.#file(plan, name, sha256!)
    }
    return undefined
  }

  /** A private folder to work in; `release` removes it with all that is in it. */
  async workFolder(): Promise<{ folder: string; release(): Promise<void> }> {
    const root = join(this.#folder, WORK)
    await mkdir(root, { recursive: true, mode: 0o700 })
    const folder = await mkdtemp(join(root, 'w-'))
    return { folder, release: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) }
  }

  /**
   * Makes sure that `bytes` more fit on the disk and into the cache, if need be by removing files that were not used for
   * longest. Throws STORAGE_FULL where they do not.
   */
  async makeRoom(bytes: number): Promise<void> {
    const entries = (await this.#entries()).sort((a, b) => a.usedAt - b.usedAt)
    let total = entries.reduce((sum, entry) => sum + entry.bytes, 0)
    for (const entry of entries) {
      if (total + bytes <= this.#limits.totalBytes && (await this.#lackingBytes(bytes)) <= 0) return
      await rm(entry.path, { force: true })
      total -= entry.bytes
    }
    const lacking = await this.#lackingBytes(bytes)
    if (lacking <= 0) return
    const megabytes = Math.ceil(lacking / 1_000_000)
    throw new RecorderError('STORAGE_FULL', `The file does not fit on the disk: ${megabytes} MB more must be free.`)
  }

  /** Takes a finished file in: forces it to disk, hashes it, gives it its name, and removes older ones of the same kind. */
  async keep(plan: Plan, path: string): Promise<ComposedFile> {
    const sha256 = await hashOf(path)
    await sync(path, 'r+')
    const folder = join(this.#folder, plan.recordingId)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const name = `${plan.name}-${keyOf(plan)}-${sha256}.${plan.container}`
    await rename(path, join(folder, name))
    await syncFolder(folder)
    for (const other of await names(folder)) {
      if (other !== name && NAME.exec(other)?.[1] === plan.name) await rm(join(folder, other), { force: true })
    }
    return this.#file(plan, name, sha256)
  }

  #file(plan: Plan, name: string, sha256: string): ComposedFile {
    const { recordingId, container } = plan
    const path = join(this.#folder, recordingId, name)
    return { path, type: TYPES[container], name: `${recordingId}-${plan.name}.${container}`, sha256 }
  }

  async #lackingBytes(bytes: number): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder)
    return bytes + RESERVE_BYTES - bavail * bsize
  }

  async #entries(): Promise<Entry[]> {
    const entries: Entry[] = []
    for (const recording of await names(this.#folder)) {
      if (recording === WORK) continue
      for (const name of await names(join(this.#folder, recording))) {
        const path = join(this.#folder, recording, name)
        const found = NAME.test(name) ? await stat(path).catch(() => undefined) : undefined
        if (found) entries.push({ path, bytes: found.size, usedAt: found.mtimeMs })
      }
    }
    return entries
  }
}

const keyOf = ({ key }: Plan): string => key.slice(0, KEY_LENGTH)

/** Names in a folder; none where there is none. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: HASH_BYTES })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Where folders cannot be opened (Windows) the file system does it by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await sync(folder, 'r')
}
