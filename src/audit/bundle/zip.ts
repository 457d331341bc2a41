import { crc32 } from 'node:zlib'
import {
  centralHeader,
  dataDescriptor,
  endOfArchive,
  localHeader,
  MOST_32,
  type ZipEntry,
} from './zip-records.ts'

/** A file that goes into an archive. */
export interface ZipFile {
  name: string
  /** Its length, where it is known: a file of 4 GiB and more must say it. */
  bytes?: number
  content: AsyncIterable<Buffer> | Iterable<Buffer>
}

/**
 * Writes a ZIP file as a stream. Files are stored as they are, because media are compressed
 * already, and memory stays flat: each file is asked for when the one before it has been written.
 * Throws a RangeError when a file does not have the length that it said.
 */
export async function* zip(
  files: AsyncIterable<ZipFile> | Iterable<ZipFile>,
  at: Date,
): AsyncGenerator<Buffer, void, undefined> {
  const entries: ZipEntry[] = []
  let offset = 0
  for await (const { name, bytes: expected, content } of files) {
    const entry = { name, offset, isLarge: (expected ?? 0) >= MOST_32, bytes: 0, crc32: 0 }
    const header = localHeader(entry, at)
    yield header
    for await (const piece of content) {
      entry.crc32 = crc32(piece, entry.crc32)
      entry.bytes += piece.length
      yield piece
    }
    if (entry.bytes !== (expected ?? entry.bytes) || (!entry.isLarge && entry.bytes >= MOST_32))
      throw new RangeError(`A file of ${entry.bytes} bytes does not have its length.`)
    const descriptor = dataDescriptor(entry)
    yield descriptor
    offset += header.length + entry.bytes + descriptor.length
    entries.push(entry)
  }
  const headers = entries.map((entry) => centralHeader(entry, at))
  const bytes = headers.reduce((sum, { length }) => sum + length, 0)
  yield* headers
  yield endOfArchive({ entries: entries.length, offset, bytes })
}
