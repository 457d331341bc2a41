/**
 * Reads fragmented MP4 (ISO/IEC 14496-12) with one track: whole boxes, and each fragment's place in
 * time.
 */
import { FormatError } from './format-error.ts'

const BOX_HEADER_BYTES = 8
/** Larger than any box that the recorder writes; a larger one is not MP4. */
const BOX_MAX_BYTES = 64 * 1_048_576

/** One box. */
export interface Box {
  type: string
  /** The whole box, header included. */
  bytes: Buffer
}

/**
 * Reads the type and length of the box at the start of `bytes`; undefined when more bytes are
 * needed. Throws FormatError when there is no box.
 */
export function boxHeader(bytes: Buffer): { type: string; length: number } | undefined {
  if (bytes.length < BOX_HEADER_BYTES) return undefined
  const length = bytes.readUInt32BE(0)
  const type = bytes.toString('latin1', 4, 8)
  if (length < BOX_HEADER_BYTES || length > BOX_MAX_BYTES || !/^[\w ]{4}$/.test(type))
    throw new FormatError('not an MP4 box')
  return { type, length }
}

/**
 * Reads the box at the start of `bytes`; undefined when it is not complete. Throws FormatError when
 * there is none.
 */
export function readBox(bytes: Buffer): Box | undefined {
  const header = boxHeader(bytes)
  if (header === undefined || bytes.length < header.length) return undefined
  return { type: header.type, bytes: bytes.subarray(0, header.length) }
}

/**
 * Finds the first box at a path below `box`, e.g. `['trak', 'mdia']`. Its bytes are a view: writing
 * to them changes `box`.
 */
export function findBox(box: Buffer, path: readonly string[]): Buffer | undefined {
  const [type, ...rest] = path
  if (type === undefined) return box
  for (let offset = BOX_HEADER_BYTES; offset < box.length; ) {
    const child = readBox(box.subarray(offset))
    if (child === undefined) return undefined
    if (child.type === type) return findBox(child.bytes, rest)
    offset += child.bytes.length
  }
  return undefined
}

function required(box: Buffer, path: readonly string[]): Buffer {
  const found = findBox(box, path)
  if (found === undefined) throw new FormatError(`MP4 without ${path.join('/')}`)
  return found
}

/** Reads the ticks a second of the first track from the `moov` box. */
export function timescaleOf(moov: Buffer): number {
  const mdhd = required(moov, ['trak', 'mdia', 'mdhd'])
  const timescale = mdhd.readUInt32BE(mdhd[8] === 1 ? 28 : 20)
  if (timescale === 0) throw new FormatError('MP4 with a timescale of 0')
  return timescale
}

/** When a fragment is shown, in ticks of its timescale. */
export interface FragmentTime {
  start: number
  duration: number
}

// Flags of tfhd and trun (14496-12, 8.8.7 and 8.8.8): which optional fields there are.
const TFHD_BASE_OFFSET = 0x1
const TFHD_DESCRIPTION_INDEX = 0x2
const TFHD_DEFAULT_DURATION = 0x8
const TRUN_DATA_OFFSET = 0x1
const TRUN_FIRST_FLAGS = 0x4
const TRUN_DURATION = 0x100
const TRUN_SAMPLE_FIELDS = [TRUN_DURATION, 0x200, 0x400, 0x800]

const flagsOf = (box: Buffer): number => box.readUInt32BE(8) & 0xff_ffff

function durationFields(moof: Buffer): {
  box: Buffer
  offsets: number[]
  samples: number
  perSample: boolean
} {
  const trun = required(moof, ['traf', 'trun'])
  const flags = flagsOf(trun)
  const samples = trun.readUInt32BE(12)
  if (flags & TRUN_DURATION) {
    const first = 16 + (flags & TRUN_DATA_OFFSET ? 4 : 0) + (flags & TRUN_FIRST_FLAGS ? 4 : 0)
    const size = 4 * TRUN_SAMPLE_FIELDS.filter((flag) => flags & flag).length
    if (first + samples * size > trun.length) throw new FormatError('MP4 with a short trun')
    return {
      box: trun,
      offsets: Array.from({ length: samples }, (_, i) => first + i * size),
      samples,
      perSample: true,
    }
  }
  const tfhd = required(moof, ['traf', 'tfhd'])
  const present = flagsOf(tfhd)
  if (!(present & TFHD_DEFAULT_DURATION)) throw new FormatError('MP4 fragment without a duration')
  const offset =
    16 + (present & TFHD_BASE_OFFSET ? 8 : 0) + (present & TFHD_DESCRIPTION_INDEX ? 4 : 0)
  return { box: tfhd, offsets: [offset], samples, perSample: false }
}

/** Reads the time of a fragment from its `moof` box. */
export function fragmentTime(moof: Buffer): FragmentTime {
  const tfdt = required(moof, ['traf', 'tfdt'])
  const start = tfdt[8] === 1 ? Number(tfdt.readBigUInt64BE(12)) : tfdt.readUInt32BE(12)
  const { box, offsets, samples, perSample } = durationFields(moof)
  const sum = offsets.reduce((total, offset) => total + box.readUInt32BE(offset), 0)
  return { start, duration: perSample ? sum : sum * samples }
}

/** Reads how many frames a fragment has from its `moof` box. */
export function frameCount(moof: Buffer): number {
  return required(moof, ['traf', 'trun']).readUInt32BE(12)
}

/**
 * Makes a fragment of one frame end earlier, in place: nothing that it showed after a cut may be
 * kept.
 */
export function shortenFragment(moof: Buffer, duration: number): void {
  const { box, offsets, samples } = durationFields(moof)
  if (samples !== 1) throw new FormatError('MP4 fragment of more than one frame')
  box.writeUInt32BE(duration, offsets[0]!)
}

/** Gives a fragment of one frame another time, in place. */
export function retimeFragment(fragment: Fragment, { start, duration }: FragmentTime): void {
  const tfdt = required(fragment.moof, ['traf', 'tfdt'])
  if (tfdt[8] === 1) tfdt.writeBigUInt64BE(BigInt(start), 12)
  else tfdt.writeUInt32BE(start, 12)
  shortenFragment(fragment.moof, duration)
  fragment.start = start
  fragment.duration = duration
}

/** A fragment: its `moof`, its `mdat` and its time. */
export interface Fragment extends FragmentTime {
  moof: Buffer
  mdat: Buffer
}

/** Assembles a stream's boxes: first `ftyp` and `moov`, then fragments. */
export class FragmentAssembler {
  #init: Buffer[] = []
  #moof: Buffer | undefined
  timescale: number | undefined

  /** The beginning of the file, `moov` included. */
  get init(): Buffer {
    return Buffer.concat(this.#init)
  }

  /**
   * Adds a box. Returns the fragment that it completes. Throws FormatError on a box out of place.
   */
  push(box: Box): Fragment | undefined {
    if (this.#init.length === 0 && box.type !== 'ftyp') throw new FormatError('not an MP4 file')
    if (box.type === 'moof' && this.timescale !== undefined) {
      this.#moof = box.bytes
      return undefined
    }
    if (box.type === 'mdat' && this.#moof !== undefined) {
      const moof = this.#moof
      this.#moof = undefined
      return { moof, mdat: box.bytes, ...fragmentTime(moof) }
    }
    if (this.timescale !== undefined) throw new FormatError(`MP4 with an unexpected ${box.type}`)
    if (box.type === 'moov') this.timescale = timescaleOf(box.bytes)
    this.#init.push(box.bytes)
    return undefined
  }
}

/**
 * Whether the H.264 frame in an `mdat` is as long as its NAL lengths say (14496-15) and not lost in
 * zeros, which a power cut leaves at the end of a file: the last byte of a NAL unit is never zero
 * (14496-10, 7.4.1).
 */
export function hasWholeSamples(mdat: Buffer): boolean {
  let offset = BOX_HEADER_BYTES
  while (offset + 4 <= mdat.length) {
    const length = mdat.readUInt32BE(offset)
    offset += 4 + length
    if (length === 0 || mdat[offset - 1] === 0) return false
  }
  return offset === mdat.length
}
