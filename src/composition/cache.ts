/**
 * The folder of composed files. A file in it is always whole. The folder can be emptied at any
 * time, since every file can be made again.
 */

import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity } from '../age/identity.ts'
import { SealedFileError } from '../age/sealed-file-error.ts'
import { openStoredMedia, type StoredMedia } from '../age/stored-media.ts'
import { RecorderError } from '../contract/errors.ts'
import { freeBytes, type ReadFreeBytes } from '../disk/free-space.ts'
import { syncFolder } from '../disk/sync-folder.ts'
import type { CompositionPlan } from './plan/composition-plan.ts'
import type { ComposedFile } from './port.ts'
import { watchedMedia } from './watched-media.ts'

const WORK_FOLDER = '.work'
const KEY_LENGTH = 24
/**
 * A file's name holds all of its metadata, so that one rename publishes both: what it is, of which
 * plan, and the hash of what is sealed in it.
 */
const NAME = /^([a-z-]+)-([0-9a-f]{24})-([0-9a-f]{64})\.(mp4|ogg)\.age$/
/** Version 0.1 stored composed files unsealed. */
const UNSEALED_NAME = /\.(mp4|ogg)$/
const TYPES = { mp4: 'video/mp4', ogg: 'audio/ogg' } as const
/**
 * Free space required beside the reserve: an estimate can be too small, and recording goes on
 * meanwhile.
 */
const MARGIN_BYTES = 64 * 1_048_576

/** Limits of the cache. */
export interface CacheLimits {
  /** Size of all composed files together. The newest file is always kept. */
  totalBytes: number
  /** Free space that composed files leave for recording. */
  reserveBytes: number
}

/** The functions that a cache needs of others. */
export interface CacheOptions {
  /** Receives errors that do not affect the requested file. */
  onFault(what: string, error: unknown): void
  /** Returns the identity that opens the composed files of a recording. */
  identityOf(recordingId: string): Promise<Identity>
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
  readonly #how: CacheOptions
  readonly #freeBytes: ReadFreeBytes
  /** Bytes claimed by the files being made. */
  #claimed = 0

  constructor(
    folder: string,
    limits: CacheLimits,
    how: CacheOptions,
    readFreeBytes: ReadFreeBytes = freeBytes,
  ) {
    this.#folder = folder
    this.#limits = limits
    this.#how = how
    this.#freeBytes = readFreeBytes
  }

  /** Removes the unfinished files of a killed recorder, and the unsealed ones of version 0.1. */
  async removeUnfinished(): Promise<void> {
    await rm(join(this.#folder, WORK_FOLDER), { recursive: true, force: true })
    for (const recording of await names(this.#folder))
      for (const name of await names(join(this.#folder, recording)))
        if (UNSEALED_NAME.test(name)) await rm(join(this.#folder, recording, name))
  }

  /** Removes the files of a recording. Resolves when that is on disk. */
  async forget(recordingId: string): Promise<void> {
    await rm(join(this.#folder, recordingId), { recursive: true, force: true, maxRetries: 3 })
    await this.#createFolder()
    await syncFolder(this.#folder)
  }

  /** Returns the planned file if it is cached, and marks it as the one used last. */
  async get(plan: CompositionPlan): Promise<ComposedFile | undefined> {
    const folder = join(this.#folder, plan.recordingId)
    for (const name of await names(folder)) {
      const [, planName, key, sha256] = NAME.exec(name) ?? []
      if (planName !== plan.name || key !== keyOf(plan)) continue
      const now = new Date()
      await utimes(join(folder, name), now, now).catch(() => {})
      return this.#file(plan, name, sha256!)
    }
    return undefined
  }

  /** Creates a private working folder. `release` removes it with everything in it. */
  async createWorkFolder(): Promise<{ folder: string; release(): Promise<void> }> {
    const root = join(this.#folder, WORK_FOLDER)
    await mkdir(root, { recursive: true, mode: 0o700 })
    const folder = await mkdtemp(join(root, 'w-'))
    return { folder, release: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) }
  }

  /**
   * Claims `bytes` on the disk and in the cache, beside the claims of others. Removes the least
   * recently used files where necessary. Resolves with the function that releases the claim.
   * Rejects with STORAGE_FULL where the bytes do not fit, and then removes nothing.
   */
  async claim(bytes: number): Promise<() => void> {
    await this.#createFolder()
    this.#claimed += bytes
    const release = (): void => {
      this.#claimed -= bytes
    }
    try {
      await this.#makeRoom()
    } catch (error) {
      release()
      throw error
    }
    return release
  }

  /** A person may have removed it. An erasure must not wait for its return. */
  async #createFolder(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
  }

  async #makeRoom(): Promise<void> {
    const entries = (await this.#entries()).sort((a, b) => a.usedAt - b.usedAt)
    let total = entries.reduce((sum, entry) => sum + entry.bytes, 0)
    let missing = await this.#missingBytes()
    if (missing > total) throw noSpace(missing - total)
    for (const entry of entries) {
      if (total + this.#claimed <= this.#limits.totalBytes && missing <= 0) return
      if (!(await this.#remove(entry.path))) continue
      total -= entry.bytes
      missing = await this.#missingBytes()
    }
    if (missing > 0) throw noSpace(missing)
  }

  /**
   * Removes all finished files, to leave their space to recording. A file that is being read can be
   * read to its end. Never rejects.
   */
  async clear(): Promise<void> {
    const entries = await this.#entries().catch((error) => {
      this.#how.onFault('listing the composed files', error)
      return []
    })
    for (const { path } of entries) await this.#remove(path)
  }

  /** Returns whether the file is gone. Windows does not remove a file that is being read. */
  async #remove(path: string): Promise<boolean> {
    try {
      await rm(path, { force: true })
      return true
    } catch (error) {
      this.#how.onFault('removing a composed file', error)
      return false
    }
  }

  /**
   * Moves a finished file, which is on disk, into the cache, and removes older ones of the same
   * name. `sha256` is the hash of what is sealed in it.
   */
  async put(plan: CompositionPlan, path: string, sha256: string): Promise<ComposedFile> {
    const folder = join(this.#folder, plan.recordingId)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const name = `${plan.name}-${keyOf(plan)}-${sha256}.${plan.container}.age`
    await rename(path, join(folder, name))
    await syncFolder(folder)
    for (const other of await names(folder)) {
      if (other !== name && NAME.exec(other)?.[1] === plan.name)
        await this.#remove(join(folder, other))
    }
    return this.#file(plan, name, sha256)
  }

  #file(plan: CompositionPlan, name: string, sha256: string): ComposedFile {
    const { recordingId, container } = plan
    const path = join(this.#folder, recordingId, name)
    return {
      open: () => this.#open(recordingId, path),
      type: TYPES[container],
      name: `${recordingId}-${plan.name}.${container}`,
      sha256,
    }
  }

  async #open(recordingId: string, path: string): Promise<StoredMedia> {
    const identity = await this.#how.identityOf(recordingId)
    try {
      const media = await openStoredMedia(path, identity)
      // Only its end was looked at. The next request makes it again.
      return watchedMedia(media, () => void this.#remove(path))
    } catch (cause) {
      const isDamaged = cause instanceof SealedFileError
      if (!isDamaged && (cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
      // It can be made again.
      if (isDamaged) await this.#remove(path)
      throw new RecorderError('NOT_FOUND', 'The composed file is gone.', { cause })
    }
  }

  async #missingBytes(): Promise<number> {
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
      if (recording === WORK_FOLDER) continue
      for (const name of await names(join(this.#folder, recording))) {
        const path = join(this.#folder, recording, name)
        const found = NAME.test(name) ? await stat(path).catch(() => undefined) : undefined
        if (found) entries.push({ path, bytes: found.size, usedAt: found.mtimeMs })
      }
    }
    return entries
  }
}

const keyOf = ({ key }: CompositionPlan): string => key.slice(0, KEY_LENGTH)

function noSpace(missing: number): RecorderError {
  const megabytes = Math.ceil(missing / 1_000_000)
  return new RecorderError(
    'STORAGE_FULL',
    `The file does not fit on the disk. Free at least ${megabytes} MB more.`,
  )
}

/** Returns the names in a folder, or none when the folder does not exist. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}
