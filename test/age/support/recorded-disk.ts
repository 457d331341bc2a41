import { existsSync, fstatSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import fsPromises, { type FileHandle, open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/** Thrown by whatever touches the disk after the crash. */
export class Crash extends Error {}

type Change = (bytes: Buffer) => Buffer | null
interface RecordedFile {
  /** The bytes that are on disk for certain; null when there is no file. */
  durable: Buffer | null
  /** Changes since, each of which may be on disk or not. */
  pending: Change[]
}

/**
 * Records what is written to some files, ends it after a number of operations, and leaves the files
 * as a dead process or a power cut may leave them.
 */
export class RecordedDisk {
  readonly #files: Map<string, RecordedFile>
  #operationsLeft = Number.POSITIVE_INFINITY
  #undo: (() => void) | undefined

  constructor(paths: readonly string[]) {
    this.#files = new Map(paths.map((path) => [path, { durable: null, pending: [] }]))
  }

  /** Records from now on. Call `stop` at the end. */
  async start(): Promise<void> {
    const own = await open(import.meta.filename, 'r')
    const handles = Object.getPrototypeOf(own) as FileHandle
    await own.close()
    const { write, truncate, sync, datasync } = handles
    const { rm } = fsPromises
    const disk = this
    const recorded = {
      async write(this: FileHandle, bytes: Buffer, offset: number, length: number, at: number) {
        const written = Buffer.from(bytes.subarray(offset, offset + length))
        disk.#operate(this, (torn) => {
          const part = torn ? written.subarray(0, Math.floor(written.length / 2)) : written
          return (file) => {
            const end = Math.max(file.length, at + part.length)
            const grown = Buffer.concat([file, Buffer.alloc(end - file.length)])
            part.copy(grown, at)
            return grown
          }
        })
        return { bytesWritten: length, buffer: bytes }
      },
      async truncate(this: FileHandle, length = 0) {
        disk.#operate(this, () => (file) => file.subarray(0, length))
      },
      async sync(this: FileHandle) {
        disk.#settle(this)
      },
    }
    Object.assign(handles, { ...recorded, datasync: recorded.sync })
    fsPromises.rm = async (path, options) => {
      if (!disk.#files.has(String(path))) return rm(path, options)
      disk.#operate(String(path), () => () => null)
    }
    syncBuiltinESMExports()
    this.#undo = () => {
      Object.assign(handles, { write, truncate, sync, datasync })
      fsPromises.rm = rm
      syncBuiltinESMExports()
    }
  }

  stop(): void {
    this.#undo?.()
  }

  /** Removes the files, and begins anew. */
  clear(): void {
    this.#operationsLeft = Number.POSITIVE_INFINITY
    for (const [path, file] of this.#files) {
      rmSync(path, { force: true })
      Object.assign(file, { durable: null, pending: [] })
    }
  }

  /** Lets so many operations happen, the last of them by half, before everything fails. */
  crashAfter(operations: number): void {
    this.#operationsLeft = operations
  }

  /**
   * Leaves the files as they may be now. After a power cut, any of what was not forced to disk may
   * be there; `random` decides. Operations succeed again.
   */
  restart(isPowerCut: boolean, random: () => number): void {
    this.#operationsLeft = Number.POSITIVE_INFINITY
    for (const [path, file] of this.#files) {
      if (!isPowerCut) {
        file.durable = existsSync(path) ? readFileSync(path) : null
        file.pending = []
        continue
      }
      for (const change of file.pending)
        if (random() < 0.5) file.durable = change(file.durable ?? Buffer.alloc(0))
      file.pending = []
      if (file.durable === null) rmSync(path, { force: true })
      else writeFileSync(path, file.durable)
    }
  }

  #operate(target: FileHandle | string, change: (torn: boolean) => Change): void {
    const path = typeof target === 'string' ? target : this.#pathOf(target)
    if (--this.#operationsLeft < 0) throw new Crash()
    if (path === undefined) throw new Error('a file is changed that is not recorded')
    const made = change(this.#operationsLeft === 0)
    const file = this.#files.get(path) as RecordedFile
    file.pending.push(made)
    if (existsSync(path)) {
      const now = made(readFileSync(path))
      if (now === null) rmSync(path)
      else writeFileSync(path, now)
    }
    if (this.#operationsLeft === 0) throw new Crash()
  }

  #settle(handle: FileHandle): void {
    if (--this.#operationsLeft < 0) throw new Crash()
    const path = this.#pathOf(handle)
    // A folder.
    if (path === undefined) return
    const file = this.#files.get(path) as RecordedFile
    for (const change of file.pending) file.durable = change(file.durable ?? Buffer.alloc(0))
    file.pending = []
  }

  #pathOf(handle: FileHandle): string | undefined {
    const { ino } = fstatSync(handle.fd)
    return [...this.#files.keys()].find((path) => existsSync(path) && statSync(path).ino === ino)
  }
}
