import { FormatError } from './format-error.ts'

/**
 * Reads the Ogg container (RFC 3533) with Opus in it (RFC 7845): whole pages, their checksum and
 * their place in time.
 */

const HEADER_BYTES = 27
const GRANULES_A_MS = 48

/** The granule of a page on which no packet ends. */
export const NO_GRANULE = -1n
/** Most lacing values of a page, and the largest one. */
export const LACES_MAX = 255
/** The bits of a page's flags: it goes on with a packet, is the first, is the last. */
export const PAGE_FLAG = { continued: 1, first: 2, last: 4 } as const

/** One page of an Ogg stream. */
export interface OggPage {
  /** The whole page, header included. */
  bytes: Buffer
  /**
   * Samples of 48 kHz up to the end of the last packet that ends here, pre-skip included; −1 when
   * none ends here.
   */
  granule: bigint
}

/**
 * Reads the length of the page at the start of `bytes`; undefined when more bytes are needed.
 * Throws FormatError when there is no page.
 */
function pageLength(bytes: Buffer): number | undefined {
  const magic = bytes.toString('latin1', 0, Math.min(4, bytes.length))
  if (!'OggS'.startsWith(magic)) throw new FormatError('not an Ogg page')
  if (bytes.length < HEADER_BYTES) return undefined
  if (bytes[4] !== 0) throw new FormatError('not an Ogg page of version 0')
  const segments = bytes.readUInt8(26)
  if (bytes.length < HEADER_BYTES + segments) return undefined
  let length = HEADER_BYTES + segments
  for (let i = 0; i < segments; i++) length += bytes.readUInt8(HEADER_BYTES + i)
  return length
}

/**
 * Reads the page at the start of `bytes`; undefined when it is not complete. Throws FormatError
 * when there is none.
 */
export function readPage(bytes: Buffer): OggPage | undefined {
  const length = pageLength(bytes)
  if (length === undefined || bytes.length < length) return undefined
  return { bytes: bytes.subarray(0, length), granule: bytes.readBigInt64LE(6) }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24
  for (let bit = 0; bit < 8; bit++)
    value = (value & 0x8000_0000 ? (value << 1) ^ 0x04c1_1db7 : value << 1) >>> 0
  return value
})

/** Computes the checksum of a page (RFC 3533 section 6, field 7), whatever its field holds. */
function pageChecksum(page: Buffer): number {
  let crc = 0
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : page[i]!
    crc = ((crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 0xff]!) >>> 0
  }
  return crc
}

/** The parts of a page (RFC 3533, section 6). */
export interface PageParts {
  /** Bits of {@link PAGE_FLAG}. */
  flags: number
  granule: bigint
  serial: number
  sequence: number
  /** The lacing values of its packets. */
  laces: readonly number[]
  content: readonly Buffer[]
}

/** Writes a page, with its checksum. */
export function writePage({ flags, granule, serial, sequence, laces, content }: PageParts): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('OggS', 'latin1')
  header.writeUInt8(flags, 5)
  header.writeBigInt64LE(granule, 6)
  header.writeUInt32LE(serial, 14)
  header.writeUInt32LE(sequence, 18)
  header.writeUInt8(laces.length, 26)
  const page = Buffer.concat([header, Buffer.from(laces), ...content])
  page.writeUInt32LE(pageChecksum(page), 22)
  return page
}

/** Reads the parts of a page. */
export function pageParts({ bytes, granule }: OggPage): PageParts {
  const start = HEADER_BYTES + bytes.readUInt8(26)
  return {
    flags: bytes.readUInt8(5),
    granule,
    serial: bytes.readUInt32LE(14),
    sequence: bytes.readUInt32LE(18),
    laces: [...bytes.subarray(HEADER_BYTES, start)],
    content: [bytes.subarray(start)],
  }
}

/** Whether a page's checksum is right. */
export function isPageIntact(page: OggPage): boolean {
  return pageChecksum(page.bytes) === page.bytes.readUInt32LE(22)
}

/** Follows the pages of one Opus stream and computes the time at which each one ends. */
export class OpusTimeline {
  #preSkip: number | undefined

  /**
   * Adds a page. Returns the media time in ms at its end; undefined for pages without sound. Throws
   * FormatError on another codec.
   */
  push(page: OggPage): number | undefined {
    if (this.#preSkip === undefined) {
      const packet = page.bytes.subarray(HEADER_BYTES + page.bytes.readUInt8(26))
      if (packet.toString('latin1', 0, 8) !== 'OpusHead' || packet.length < 19)
        throw new FormatError('not Opus')
      this.#preSkip = packet.readUInt16LE(10)
      return undefined
    }
    // Header pages have granule 0; a page in the middle of a packet has none.
    if (page.granule === NO_GRANULE || page.granule === 0n) return undefined
    return Math.max(0, (Number(page.granule) - this.#preSkip) / GRANULES_A_MS)
  }
}
