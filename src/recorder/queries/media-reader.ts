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
    const { keys, recordingsFolder } = this.#options
    const identity = isSealedFile(segment.file) ? mediaIdentity(keys, recordingId) : undefined
    try {
      return await openStoredMedia(join(recordingsFolder, recordingId, segment.file), identity)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
      throw new RecorderError('NOT_FOUND', 'The file is missing from the disk.', { cause })
    }
  }

  /**
   * Returns the identity that seals the composed files of a recording. Rejects with ERASED or
   * KEY_UNAVAILABLE.
   */
  async compositionIdentity(recordingId: string): Promise<Identity> {
    await this.#assertNotErased(recordingId)
    return compositionIdentity(this.#options.keys, recordingId)
  }

  async #assertNotErased(recordingId: string): Promise<void> {
    const view = await this.#options.log.recording(recordingId)
    if (view !== undefined) assertNotErased(view)
  }
}
