/**
 * The records of a ZIP file (PKWARE APPNOTE 6.3.10): method 0, names in UTF-8, ZIP64 where a number
 * does not fit into its field.
 */

const LOCAL_HEADER = 0x04034b50
const DESCRIPTOR = 0x08074b50
const CENTRAL_HEADER = 0x02014b50
const END = 0x06054b50
const ZIP64_END = 0x06064b50
const ZIP64_LOCATOR = 0x07064b50

/** General purpose bits: 3, a descriptor follows the data; 11, the name is UTF-8. */
const FLAGS = 0x0808
const VERSION = 20
const ZIP64_VERSION = 45
/** Made by Unix, so that the permissions in a central header count. */
const MADE_BY = (3 << 8) | ZIP64_VERSION
/** A regular file that only its owner can read and write. */
const ATTRIBUTES = 0o100600 * 0x10000
const MOST_16 = 0xffff
/** The largest number in a field of 32 bits. In ZIP64 it says that the number is elsewhere. */
export const MOST_32 = 0xffffffff

/** One file of an archive, as its headers describe it. */
export interface ZipEntry {
  name: string
  /** Whether its descriptor has sizes of 64 bits. */
  isLarge: boolean
  /** Where its local header begins in the archive. */
  offset: number
  bytes: number
  crc32: number
}

/** Returns the time of a date as two fields of MS-DOS, in UTC. */
function dosTime(at: Date): number {
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  return date * 0x10000 + time
}

/** Encodes the header before the data of a file. Sizes and checksum come in the descriptor. */
export function localHeader(
  { name, isLarge }: Pick<ZipEntry, 'name' | 'isLarge'>,
  at: Date,
): Buffer {
  const names = Buffer.from(name)
  const extra = isLarge ? zip64Extra([0, 0]) : Buffer.alloc(0)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(LOCAL_HEADER, 0)
  header.writeUInt16LE(isLarge ? ZIP64_VERSION : VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt32LE(dosTime(at), 10)
  header.writeUInt32LE(isLarge ? MOST_32 : 0, 18)
  header.writeUInt32LE(isLarge ? MOST_32 : 0, 22)
  header.writeUInt16LE(names.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, names, extra])
}

/** Encodes the descriptor behind the data of a file. */
export function dataDescriptor({
  isLarge,
  crc32,
  bytes,
}: Omit<ZipEntry, 'name' | 'offset'>): Buffer {
  const descriptor = Buffer.alloc(isLarge ? 24 : 16)
  descriptor.writeUInt32LE(DESCRIPTOR, 0)
  descriptor.writeUInt32LE(crc32, 4)
  if (isLarge) {
    descriptor.writeBigUInt64LE(BigInt(bytes), 8)
    descriptor.writeBigUInt64LE(BigInt(bytes), 16)
  } else {
    descriptor.writeUInt32LE(bytes, 8)
    descriptor.writeUInt32LE(bytes, 12)
  }
  return descriptor
}

/** Encodes the entry of a file in the directory at the end of the archive. */
export function centralHeader({ name, offset, bytes, crc32, isLarge }: ZipEntry, at: Date): Buffer {
  const names = Buffer.from(name)
  const needed = [...(isLarge ? [bytes, bytes] : []), ...(offset >= MOST_32 ? [offset] : [])]
  const extra = needed.length > 0 ? zip64Extra(needed) : Buffer.alloc(0)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(CENTRAL_HEADER, 0)
  header.writeUInt16LE(MADE_BY, 4)
  header.writeUInt16LE(needed.length > 0 ? ZIP64_VERSION : VERSION, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt32LE(dosTime(at), 12)
  header.writeUInt32LE(crc32, 16)
  header.writeUInt32LE(isLarge ? MOST_32 : bytes, 20)
  header.writeUInt32LE(isLarge ? MOST_32 : bytes, 24)
  header.writeUInt16LE(names.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(ATTRIBUTES, 38)
  header.writeUInt32LE(Math.min(offset, MOST_32), 42)
  return Buffer.concat([header, names, extra])
}

/** Encodes the end of an archive: how many files it has, and where its directory is. */
export function endOfArchive(directory: {
  entries: number
  offset: number
  bytes: number
}): Buffer {
  const { entries, offset, bytes } = directory
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(Math.min(entries, MOST_16), 8)
  end.writeUInt16LE(Math.min(entries, MOST_16), 10)
  end.writeUInt32LE(Math.min(bytes, MOST_32), 12)
  end.writeUInt32LE(Math.min(offset, MOST_32), 16)
  const fits = entries < MOST_16 && offset < MOST_32 && bytes < MOST_32
  return fits ? end : Buffer.concat([zip64End(directory), end])
}

function zip64End({ entries, offset, bytes }: { entries: number; offset: number; bytes: number }) {
  const end = Buffer.alloc(56)
  end.writeUInt32LE(ZIP64_END, 0)
  end.writeBigUInt64LE(BigInt(end.length - 12), 4)
  end.writeUInt16LE(MADE_BY, 12)
  end.writeUInt16LE(ZIP64_VERSION, 14)
  end.writeBigUInt64LE(BigInt(entries), 24)
  end.writeBigUInt64LE(BigInt(entries), 32)
  end.writeBigUInt64LE(BigInt(bytes), 40)
  end.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(ZIP64_LOCATOR, 0)
  locator.writeBigUInt64LE(BigInt(offset + bytes), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end, locator])
}

function zip64Extra(numbers: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * numbers.length)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(8 * numbers.length, 2)
  for (const [at, number] of numbers.entries()) extra.writeBigUInt64LE(BigInt(number), 4 + 8 * at)
  return extra
}
