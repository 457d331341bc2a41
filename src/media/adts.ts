import { FormatError } from './format-error.ts'

const HEADER_BYTES = 7
/** Samples of each frame of AAC-LC. */
export const AAC_FRAME_SAMPLES = 1_024
/** Samples that ffmpeg's encoder puts before the first one. */
export const AAC_PRIMING_SAMPLES = 1_024

/** A frame of AAC in ADTS. */
export interface AdtsFrame {
  /** The whole frame, header included. */
  bytes: Buffer
  /** The frame as MP4 has it. */
  data: Buffer
}

/**
 * Reads the frame at the start of `bytes` (ADTS, ISO/IEC 14496-3, 1.A.2); undefined when it is not
 * complete. Throws FormatError when there is none.
 */
export function readAdtsFrame(bytes: Buffer): AdtsFrame | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  // Without a checksum (its flag is 1), and with one block of samples.
  const isFrame = bytes[0] === 0xff && (bytes[1]! & 0xf7) === 0xf1 && (bytes[6]! & 3) === 0
  if (!isFrame) throw new FormatError('not a frame of AAC')
  const length = ((bytes[3]! & 3) << 11) | (bytes[4]! << 3) | (bytes[5]! >> 5)
  if (length <= HEADER_BYTES) throw new FormatError('an empty frame of AAC')
  if (bytes.length < length) return undefined
  return { bytes: bytes.subarray(0, length), data: bytes.subarray(HEADER_BYTES, length) }
}
