import { findBox } from './fmp4.ts'
import { FormatError } from './format-error.ts'

/** The properties that two H.264 tracks must share to be joined without encoding. */
export interface VideoFormat {
  width: number
  height: number
  /** Ticks a second. */
  timescale: number
  /** The decoder's configuration with the parameter sets (`avcC`, ISO/IEC 14496-15), hex. */
  configuration: string
  /** The whole sample entry, as a file's `stsd` has it. */
  entry: Buffer
}

/**
 * Reads the format of a file's first track from its `moov` box (14496-12, 8.5.2 and 12.1.3). Throws
 * FormatError when it is not H.264.
 */
export function videoFormat(moov: Buffer): VideoFormat {
  const mdhd = findBox(moov, ['trak', 'mdia', 'mdhd'])
  const stsd = findBox(moov, ['trak', 'mdia', 'minf', 'stbl', 'stsd'])
  // The first entry follows the number of entries; its boxes follow 78 bytes of its own.
  const entry = stsd?.subarray(16)
  const avcC = entry && findBox(Buffer.concat([entry.subarray(0, 8), entry.subarray(86)]), ['avcC'])
  if (mdhd === undefined || entry === undefined || avcC === undefined)
    throw new FormatError('MP4 without H.264')
  return {
    width: entry.readUInt16BE(32),
    height: entry.readUInt16BE(34),
    timescale: mdhd.readUInt32BE(mdhd[8] === 1 ? 28 : 20),
    configuration: avcC.subarray(8).toString('hex'),
    entry: entry.subarray(0, entry.readUInt32BE(0)),
  }
}
