/** Reads what a player must know of fragmented MP4 with H.264: its codec, and its key frames. */
import { findBox } from './fmp4.ts'
import { FormatError } from './format-error.ts'

/**
 * Reads the codec from the `moov` box, as RFC 6381 names it (`avc1.42c028`): profile, constraints
 * and level are the second to fourth byte of `avcC`.
 */
export function codecOf(moov: Buffer): string {
  const description = findBox(moov, ['trak', 'mdia', 'minf', 'stbl', 'stsd'])
  const at = description?.indexOf('avcC', 0, 'latin1') ?? -1
  if (description === undefined || at < 0 || at + 8 > description.length)
    throw new FormatError('MP4 without avcC')
  return `avc1.${description.toString('hex', at + 5, at + 8)}`
}

// Flags of tfhd and trun (14496-12, 8.8.7 and 8.8.8): which optional fields there are.
const TFHD_BEFORE_FLAGS: readonly (readonly [flag: number, bytes: number])[] = [
  [0x1, 8],
  [0x2, 4],
  [0x8, 4],
  [0x10, 4],
]
const TFHD_DEFAULT_FLAGS = 0x20
const TRUN_DATA_OFFSET = 0x1
const TRUN_FIRST_FLAGS = 0x4
const TRUN_DURATION = 0x100
const TRUN_SIZE = 0x200
const TRUN_FLAGS = 0x400
// A flag of a sample (8.8.3.1).
const IS_NO_KEY_FRAME = 0x1_0000

/** Whether a fragment begins with a key frame, from its `moof` box. */
export function isKeyFrame(moof: Buffer): boolean {
  const flags = firstSampleFlags(moof)
  if (flags === undefined) throw new FormatError('MP4 fragment without flags of its frames')
  return (flags & IS_NO_KEY_FRAME) === 0
}

function firstSampleFlags(moof: Buffer): number | undefined {
  const trun = findBox(moof, ['traf', 'trun'])
  const tfhd = findBox(moof, ['traf', 'tfhd'])
  if (trun === undefined || tfhd === undefined) throw new FormatError('MP4 fragment without frames')
  const present = trun.readUInt32BE(8)
  const first = 16 + (present & TRUN_DATA_OFFSET ? 4 : 0)
  if (present & TRUN_FIRST_FLAGS) return fieldAt(trun, first)
  if (present & TRUN_FLAGS)
    return fieldAt(trun, first + (present & TRUN_DURATION ? 4 : 0) + (present & TRUN_SIZE ? 4 : 0))
  const defaults = tfhd.readUInt32BE(8)
  if (!(defaults & TFHD_DEFAULT_FLAGS)) return undefined
  const before = TFHD_BEFORE_FLAGS.filter(([flag]) => defaults & flag)
  return fieldAt(
    tfhd,
    before.reduce((offset, [, bytes]) => offset + bytes, 16),
  )
}

function fieldAt(box: Buffer, offset: number): number {
  if (offset + 4 > box.length) throw new FormatError('MP4 with a short box')
  return box.readUInt32BE(offset)
}
