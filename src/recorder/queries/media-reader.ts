import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity } from '../../age/identity.ts'
import { isSealedFile, openStoredMedia, type StoredMedia } from '../../age/stored-media.ts'
import { assertNotErased } from '../../contract/erased.ts'
import { RecorderError } from '../../contract/errors.ts'
import type { SegmentDescription } from '../../contract/events.ts'
import { compositionIdentity } from '../../custody/composition-identity.ts'
import { mediaIdentity } from '../../custody/media-identity.ts'
import type { KeyRing } from '../../custody/port.ts'
import type { EventLog } from '../../store/port.ts'

/** The parts that a media reader reads from. */
export interface MediaReaderOptions {
  log: Pick<EventLog, 'recording'>
  keys: KeyRing
  /** Absolute; each recording has a folder of its own in it. */
  recordingsFolder: string
}

/** Opens the media of recordings with their keys. */
export class MediaReader {
  readonly #options: MediaReaderOptions

  constructor(options: MediaReaderOptions) {
    this.#options = options
  }

  /**
   * Opens the media of a closed segment. Rejects with ERASED, KEY_UNAVAILABLE, NOT_FOUND (the file
   * is missing), with SealedFileError when its file is damaged, and with errors of the file system.
   */
  async openMedia(recordingId: string, segment: SegmentDescription): Promise<StoredMedia> {
    await this.#assertNotErased(recordingId)
    const { keys } = this.#options
    const identity = isSealedFile(segment.file) ? mediaIdentity(keys, recordingId) : undefined
    const path = this.#pathOf(recordingId, segment)
    return openStoredMedia(path, identity).catch(asMissing)
  }

  /**
   * Opens the file of a closed segment as it is stored: sealed, but for those of 0.1. Rejects with
   * ERASED, NOT_FOUND, and with errors of the file system.
   */
  async openStoredFile(recordingId: string, segment: SegmentDescription): Promise<FileHandle> {
    await this.#assertNotErased(recordingId)
    return open(this.#pathOf(recordingId, segment), 'r').catch(asMissing)
  }

  /**
   * Returns the key of a recording, to be given away with it; null when it has none, because 0.1
   * has written it unsealed. Rejects with ERASED or KEY_UNAVAILABLE.
   */
  async ownIdentity(recordingId: string): Promise<Identity | null> {
    await this.#assertNotErased(recordingId)
    return this.#options.keys.keysOf(recordingId)?.identity ?? null
  }

  /**
   * Returns the identity that seals the composed files of a recording. Rejects with ERASED or
   * KEY_UNAVAILABLE.
   */
  async compositionIdentity(recordingId: string): Promise<Identity> {
    await this.#assertNotErased(recordingId)
    return compositionIdentity(this.#options.keys, recordingId)
  }

  #pathOf(recordingId: string, { file }: SegmentDescription): string {
    return join(this.#options.recordingsFolder, recordingId, file)
  }

  async #assertNotErased(recordingId: string): Promise<void> {
    const view = await this.#options.log.recording(recordingId)
    if (view !== undefined) assertNotErased(view)
  }
}

/** Throws NOT_FOUND in place of an error that says that there is no such file. */
function asMissing(cause: NodeJS.ErrnoException): never {
  if (cause.code !== 'ENOENT') throw cause
  throw new RecorderError('NOT_FOUND', 'The file is missing from the disk.', { cause })
}
