import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RecorderError } from '../../contract/errors.ts'
import type { KeyRing } from '../../custody/port.ts'
import { writePrivateFile } from '../../disk/write-private-file.ts'
import type { EventLog } from '../../store/port.ts'

/** The file by which the disk is known. */
export const DISK_MARK = 'disk.txt'
const TEXT =
  'The recorder knows by this file that the disk of its recordings is mounted. Leave it here.\n'

/** Why the disk is taken for another one. */
export const DISK_MISSING =
  'The files of the newest recordings are missing: another disk may be in its place.'

/** The newest recordings by whose folders a disk without a mark is known. */
const LOOKED_AT = 20
const NO_TAGS: ReadonlySet<string> = new Set()

/** The parts with which the disk is known. */
export interface RecordingsDiskOptions {
  recordingsFolder: string
  log: Pick<
    EventLog,
    | 'closedRecordings'
    | 'segments'
    | 'unfinishedFiles'
    | 'unfinishedErasures'
    | 'openRecordings'
    | 'hasRecording'
  >
  keys: Pick<KeyRing, 'recordings'>
  onFault(what: string, error: unknown): void
}

/**
 * Tells the disk of the recordings from the empty folder that is there while it is not mounted, or
 * from another disk: what is missing there is not gone. The first start leaves a mark on it.
 */
export class RecordingsDisk {
  readonly #options: RecordingsDiskOptions
  #looking: Promise<boolean> | undefined
  #isRefusalTold = false

  constructor(options: RecordingsDiskOptions) {
    this.#options = options
  }

  /** Returns the folder of a recording. */
  folderOf(id: string): string {
    return join(this.#options.recordingsFolder, id)
  }

  /** Lists the names of what is on it. Rejects with errors of the file system. */
  async names(): Promise<Set<string>> {
    return new Set(await readdir(this.#options.recordingsFolder))
  }

  /** Resolves with whether the disk that is there has the mark: what is missing on it is gone. */
  isMarked(): Promise<boolean> {
    return exists(join(this.#options.recordingsFolder, DISK_MARK))
  }

  /**
   * Resolves with whether it is there. Marks it when it has most of the newest recordings, and no
   * key tells of others.
   */
  async isThere(): Promise<boolean> {
    if (await this.isMarked()) return true
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Rejects with STORAGE_UNAVAILABLE when a recording has no folder, and the disk is missing. */
  async assertDiskOf(id: string): Promise<void> {
    if ((await exists(this.folderOf(id))) || (await this.isThere())) return
    throw folderMissing()
  }

  /**
   * Rejects with STORAGE_UNAVAILABLE when a recording has no folder, also when the disk is there:
   * it may have been recorded onto the disk below, while this one was not mounted.
   */
  async assertFolderOf(id: string): Promise<void> {
    if (!(await exists(this.folderOf(id)))) throw folderMissing()
  }

  /** Rejects with STORAGE_UNAVAILABLE when the disk is missing. */
  async assertThere(): Promise<void> {
    if (!(await this.isThere())) throw folderMissing()
  }

  async #look(): Promise<boolean> {
    const { recordingsFolder, onFault } = this.#options
    const ids = await this.#newest()
    let found = 0
    for (const id of ids) if (await exists(this.folderOf(id))) found++
    // One that was made on the disk below must not pass for those of before.
    if (ids.size > 0 && found <= ids.size / 2) return false
    if (await this.#mayLackOthers()) return true
    try {
      await writePrivateFile(join(recordingsFolder, DISK_MARK), TEXT)
    } catch (error) {
      if (!this.#isRefusalTold) onFault('marking the disk of the recordings', error)
      this.#isRefusalTold = true
    }
    return true
  }

  /**
   * Whether a key without a folder is that of no closed recording. An old log was restored, then,
   * or a start was interrupted.
   */
  async #mayLackOthers(): Promise<boolean> {
    const { log, keys } = this.#options
    try {
      const ids = await keys.recordings()
      const folders = await this.names()
      const open = new Set(log.openRecordings().map(({ id }) => id))
      for (const id of ids)
        if (!folders.has(id) && (open.has(id) || !(await log.hasRecording(id)))) return true
      return false
    } catch {
      // Keys that cannot be listed may be those of any recordings.
      return true
    }
  }

  /** The newest recordings that have files, as far as the log knows. */
  async #newest(): Promise<Set<string>> {
    const { log } = this.#options
    const unfinished = [...log.unfinishedFiles(), ...log.unfinishedErasures()]
    const ids = new Set(
      unfinished.slice(0, LOOKED_AT).map(({ recordingId }) => recordingId as string),
    )
    for await (const { id } of log.closedRecordings({ tagKeys: NO_TAGS, atATime: LOOKED_AT })) {
      if (ids.size >= LOOKED_AT) break
      const { items } = await log.segments(id, { limit: 1 })
      if (items.length > 0) ids.add(id)
    }
    return ids
  }
}

function folderMissing(): RecorderError {
  return new RecorderError(
    'STORAGE_UNAVAILABLE',
    'The folder of the recording is missing. Is the disk of the recordings mounted?',
  )
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
