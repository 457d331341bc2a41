import type { StoredMedia } from '../../age/stored-media.ts'
import { boxHeader } from '../../media/fmp4.ts'
import { FormatError } from '../../media/format-error.ts'
import { MediaWindow } from './media-window.ts'

const HEADER_BYTES = 8

/** A box of a file. */
export interface FoundBox {
  type: string
  /** Where it begins in the file. */
  offset: number
  length: number
  /** Reads the whole box. The bytes are valid until the next read. */
  read(): Promise<Buffer>
  /** Reads what follows its head, like `read`. */
  content(): Promise<Buffer>
}

/**
 * Finds the boxes of stored MP4 by their heads. Content is skipped unless it is read, and every
 * read gives way to other work. Throws FormatError.
 */
export async function* readBoxes(
  media: Pick<StoredMedia, 'read'>,
  bytes: number,
  signal: AbortSignal,
): AsyncGenerator<FoundBox> {
  const window = new MediaWindow(media, bytes)
  for (let offset = 0; offset < bytes; ) {
    signal.throwIfAborted()
    const header = boxHeader(await window.read(offset, HEADER_BYTES))
    if (header === undefined || offset + header.length > bytes)
      throw new FormatError('MP4 that ends within a box')
    const { type, length } = header
    const at = offset
    yield {
      ...{ type, offset, length },
      read: () => window.read(at, length),
      content: () => window.read(at + HEADER_BYTES, length - HEADER_BYTES),
    }
    offset += length
  }
}
