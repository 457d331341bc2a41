/**
 * The folder of composed files. Each is whole or not there; it can be emptied at any time, for all
 * in it can be made again.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../contract/errors.ts'
import { freeBytes, type ReadFreeBytes } from '../disk/free-space.ts'
import type { Plan } from './plan.ts'
import type { ComposedFile } from './port.ts'

const WORK = '.work'
const KEY_LENGTH = 24
/** A file's name says all there is to know of it, so that one renaming makes it known. */
const NAME = /^([a-z-]+)-([0-9a-f]{24})-([0-9a-f]{64})\.(mp4|ogg)$/
const TYPES = { mp4: 'video/mp4', ogg: 'audio/ogg' } as const
const HASH_BYTES = 1_048_576
/**
 * Beside the reserve: an estimate can be too small, and what is recorded meanwhile needs room too.
 */
const MARGIN_BYTES = 64 * 1_048_576

/** Limits of the cache. */
export interface CacheLimits {
  /** All composed files together; the one asked for last is always kept. */
  totalBytes: number
  /** Never taken by a composed file: what records needs it more. */
  reserveBytes: number
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
  readonly #onFault: (what: string, error: unknown) => void
  readonly #freeBytes: ReadFreeBytes
  /** Bytes that the files being made may take. */
  #claimed = 0

  /** `onFault`: what does no harm to the file that is wanted. */
  constructor(
    folder: string,
    limits: CacheLimits,
    onFault: (what: string, error: unknown) => void,
    readFreeBytes: ReadFreeBytes = freeBytes,
  ) {
    this.#folder = folder
    this.#limits = limits
    this.#onFault = onFault
    this.#freeBytes = readFreeBytes
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
   * Makes sure that `bytes` more fit on the disk and into the cache beside what others are
   * promised, if need be by removing files that were not used for longest. Resolves with what gives
   * the promise back; throws STORAGE_FULL where they do not fit, and then removes nothing.
   */
  async claim(bytes: number): Promise<() => void> {
    this.#claimed += bytes
    const giveBack = (): void => {
      this.#claimed -= bytes
    }
    try {
      await this.#makeRoom()
    } catch (error) {
      giveBack()
      throw error
    }
    return giveBack
  }

  async #makeRoom(): Promise<void> {
    const entries = (await this.#entries()).sort((a, b) => a.usedAt - b.usedAt)
    let total = entries.reduce((sum, entry) => sum + entry.bytes, 0)
    let lacking = await this.#lackingBytes()
    if (lacking > total) throw notRoomFor(lacking - total)
    for (const entry of entries) {
      if (total + this.#claimed <= this.#limits.totalBytes && lacking <= 0) return
      if (!(await this.#remove(entry.path))) continue
      total -= entry.bytes
      lacking = await this.#lackingBytes()
    }
    if (lacking > 0) throw notRoomFor(lacking)
  }

  /**
   * Removes all finished files: what records needs the room. Whoever is reading one gets it to its
   * end. Never rejects.
   */
  async giveWay(): Promise<void> {
    const entries = await this.#entries().catch((error) => {
      this.#onFault('looking for composed files', error)
      return []
    })
    for (const { path } of entries) await this.#remove(path)
  }

  /** Windows does not let go of a file that is being read. */
  async #remove(path: string): Promise<boolean> {
    try {
      await rm(path, { force: true })
      return true
    } catch (error) {
      this.#onFault('removing a composed file', error)
      return false
    }
  }

  /**
   * Takes a finished file in: forces it to disk, hashes it, gives it its name, and removes older
   * ones of the same kind.
   */
  async keep(plan: Plan, path: string, signal: AbortSignal): Promise<ComposedFile> {
    const sha256 = await hashOf(path, signal)
    await sync(path, 'r+')
    signal.throwIfAborted()
    const folder = join(this.#folder, plan.recordingId)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const name = `${plan.name}-${keyOf(plan)}-${sha256}.${plan.container}`
    await rename(path, join(folder, name))
    await syncFolder(folder)
    for (const other of await names(folder)) {
      if (other !== name && NAME.exec(other)?.[1] === plan.name)
        await this.#remove(join(folder, other))
    }
    return this.#file(plan, name, sha256)
  }

  #file(plan: Plan, name: string, sha256: string): ComposedFile {
    const { recordingId, container } = plan
    const path = join(this.#folder, recordingId, name)
    return {
      path,
      type: TYPES[container],
      name: `${recordingId}-${plan.name}.${container}`,
      sha256,
    }
  }

  async #lackingBytes(): Promise<number> {
    return (
      this.#claimed +
      this.#limits.reserveBytes +
      MARGIN_BYTES -
      (await this.#freeBytes(this.#folder))
    )
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

function notRoomFor(lacking: number): RecorderError {
  const megabytes = Math.ceil(lacking / 1_000_000)
  return new RecorderError(
    'STORAGE_FULL',
    `The file does not fit on the disk: ${megabytes} MB more must be free.`,
  )
}

/** Names in a folder; none where there is none. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: HASH_BYTES, signal }))
    hash.update(chunk as Buffer)
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
