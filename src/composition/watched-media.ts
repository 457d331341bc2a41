import { SealedFileError } from '../age/sealed-file-error.ts'
import type { MediaRange, StoredMedia } from '../age/stored-media.ts'

/** Returns media that call back when a part of their file is found to be damaged. */
export function watchedMedia(media: StoredMedia, onDamaged: () => void): StoredMedia {
  const observe = (error: unknown): void => {
    if (error instanceof SealedFileError) onDamaged()
  }
  return {
    bytes: media.bytes,
    read: (...place) =>
      media.read(...place).catch((error) => {
        observe(error)
        throw error
      }),
    stream: (range?: MediaRange) => media.stream(range).once('error', observe),
    close: () => media.close(),
  }
}
