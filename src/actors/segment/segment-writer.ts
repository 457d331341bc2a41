import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GrowingFile, removeFile } from '../../age/growing-file.ts'
import type { Identity } from '../../age/identity.ts'
import { RecorderError } from '../../contract/errors.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import { StallWatch } from '../../time/stall-watch.ts'
import { syncNames } from './sync-names.ts'

/**
 * Media come in small pieces. Each write seals the tail of the file anew, so pieces are written
 * together: a kill may lose this much of them. Every other write is forced to disk. Sound is heard
 * up to 0.2 s before, so a power cut may lose 0.7 s in all.
 */
const WRITE_INTERVAL_MS = 250
const DEFAULTS = { queueBytes: 16 * 1_048_576, operationMs: 10_000 }

/** The size and hash of media on disk, and the hash of their file when it is sealed. */
export interface StoredFile {
  bytes: number
  /** Lower-case hex. */
  sha256: string
  /** Lower-case hex. */
  storedSha256?: string
}

/** The events of a segment writer. */
export interface SegmentWriterEvents {
  /** The first bytes are in the file. */
  started(): void
  /** This many bytes are forced to disk; about twice a second. */
  synced?(bytes: number): void
  /**
   * The file cannot be written, or not fast enough. Nothing more is written, and `finish` rejects.
   * Called once.
   */
  failed(error: Error): void
}

/**
 * Writes one segment file, sealed as it goes, and hashes the media. Creates it with the first
 * bytes, then writes four times a second, and forces it to disk twice a second. Memory is
 * bounded: a disk that does not keep up is a failure, not a growing queue.
 */
export class SegmentWriter {
  readonly #path: string
  readonly #identity: Identity
  readonly #events: SegmentWriterEvents
  readonly #limits: typeof DEFAULTS
  readonly #hash = createHash('sha256')
  #queue: Buffer[] = []
  #queuedBytes = 0
  #writtenBytes = 0
  #syncedBytes = 0
  #file: GrowingFile | undefined
  #created = false
  #writing: Promise<void> | undefined
  #syncing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #ticks = 0
  #failure: Error | undefined

  /** `path` ends in `.age`. */
  constructor(
    path: string,
    identity: Identity,
    events: SegmentWriterEvents,
    limits: Partial<typeof DEFAULTS> = {},
  ) {
    this.#path = path
    this.#identity = identity
    this.#events = events
    this.#limits = { ...DEFAULTS, ...limits }
  }

  /** Bytes passed to `write` so far, written or not. */
  get acceptedBytes(): number {
    return this.#writtenBytes + this.#queuedBytes
  }

  /** Whether the file has been created. */
  get hasFile(): boolean {
    return this.#created
  }

  /** Queues bytes for the file; drops them when it has failed. */
  write(bytes: Buffer): void {
    if (this.#failure) return
    this.#queue.push(bytes)
    this.#queuedBytes += bytes.length
    if (this.#queuedBytes > this.#limits.queueBytes) {
      this.#fail(
        new RecorderError('STORAGE_UNAVAILABLE', 'The disk does not keep up with the media.'),
      )
      return
    }
    if (this.#timer) return
    this.#timer = setInterval(() => void this.#tick(), WRITE_INTERVAL_MS)
    void this.#writeNow()
  }

  /** Every other time it also forces the file to disk: all that came before, written just now. */
  async #tick(): Promise<void> {
    const isSync = this.#ticks++ % 2 === 1
    await this.#writeNow()
    if (isSync) this.#syncNow()
  }

  #writeNow(): Promise<void> {
    this.#writing ??= this.#writeQueue()
    return this.#writing
  }

  /**
   * Writes the rest, forces the file and its names to disk and closes it. Rejects with the error
   * that made the file fail.
   */
  async finish(): Promise<StoredFile> {
    await this.#settle()
    const file = this.#file
    this.#file = undefined
    let storedSha256: string
    try {
      if (this.#failure) throw this.#failure
      if (file === undefined) throw new Error('nothing was written')
      storedSha256 = await file.finish()
    } catch (error) {
      this.#failure ??= error as Error
      await file?.close().catch(() => {})
      throw error
    }
    await (this.#syncedBytes > 0 ? syncFolder(dirname(this.#path)) : syncNames(this.#path))
    return { bytes: this.#writtenBytes, sha256: this.#hash.digest('hex'), storedSha256 }
  }

  /** Removes the file, and its folder when that is then empty. */
  async discard(): Promise<void> {
    this.#failure ??= new Error('discarded')
    this.#queue = []
    await this.#settle()
    await this.#file?.close()
    this.#file = undefined
    // Removes only a file of its own: an older file in the way stays.
    if (this.#created) await removeSegment(this.#path)
  }

  async #settle(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    await this.#writeNow()
    await this.#syncing
  }

  async #writeQueue(): Promise<void> {
    // Waits a turn, so that bytes that arrive together are written together.
    await null
    try {
      while (this.#queue.length > 0 && !this.#failure) {
        const bytes = Buffer.concat(this.#queue)
        this.#queue = []
        this.#file ??= await this.#timed(GrowingFile.create(this.#path, this.#identity, create))
        this.#created = true
        await this.#timed(this.#file.append(bytes))
        this.#hash.update(bytes)
        this.#queuedBytes -= bytes.length
        this.#writtenBytes += bytes.length
        if (this.#writtenBytes === bytes.length && !this.#failure) this.#events.started()
      }
    } catch (error) {
      this.#fail(error as Error)
    } finally {
      // In the same turn as the last check of the queue, so that no bytes are left in it.
      this.#writing = undefined
    }
  }

  #syncNow(): void {
    const file = this.#file
    if (
      file === undefined ||
      this.#syncing ||
      this.#failure ||
      this.#syncedBytes === this.#writtenBytes
    )
      return
    const upTo = this.#writtenBytes
    this.#syncing = this.#timed(this.#sync(file))
      .then(
        () => {
          this.#syncedBytes = upTo
          this.#events.synced?.(upTo)
        },
        (error: Error) => this.#fail(error),
      )
      .finally(() => {
        this.#syncing = undefined
      })
  }

  async #sync(file: GrowingFile): Promise<void> {
    await file.sync()
    if (this.#syncedBytes === 0) await syncNames(this.#path)
  }

  /**
   * Waits for an operation. Reports a failure when it takes longer than the limit, and still waits.
   * The time in which this process was held does not count.
   */
  async #timed<T>(operation: Promise<T>): Promise<T> {
    const watch = new StallWatch(this.#limits.operationMs, () =>
      this.#fail(new RecorderError('STORAGE_UNAVAILABLE', 'The disk does not answer.')),
    )
    try {
      return await operation
    } finally {
      watch.stop()
    }
  }

  #fail(error: Error): void {
    if (this.#failure) return
    this.#failure = error
    this.#queue = []
    clearInterval(this.#timer)
    this.#events.failed(error)
  }
}

/**
 * Creates a file that no other user may read. Rejects when it exists: recorded media are never
 * overwritten.
 */
async function create(path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt++) {
    await makeFolder(dirname(path))
    try {
      return await open(path, 'wx+', 0o600)
    } catch (error) {
      // Another medium's discarded segment may have removed the empty folder in between.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 3) throw error
    }
  }
}

/**
 * Makes a private folder and its parents. Does not use Node's `recursive`, which reports a full
 * disk as ENOENT.
 */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, 0o700).catch(unless('EEXIST'))
  try {
    await make()
  } catch (error) {
    unless('ENOENT')(error as NodeJS.ErrnoException)
    await makeFolder(dirname(path))
    await make()
  }
}

/** Ignores errors with one of these codes and throws others. */
function unless(...codes: string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error
  }
}

/** Removes a segment's file and its tail, and the folder when that leaves it empty. */
export async function removeSegment(path: string): Promise<void> {
  await removeFile(path)
  await rmdir(dirname(path)).catch(unless('ENOTEMPTY', 'EEXIST', 'ENOENT'))
}
