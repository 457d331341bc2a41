/** Writes the sample entries of tracks: how their samples are decoded (ISO/IEC 14496-12, 8.5.2). */
import { ascii, box, fullBox, u16, u32 } from './mp4-boxes.ts'
import { OPUS_RATE, type OpusHead } from './opus.ts'

const RESERVED = Buffer.alloc(6)
const DATA_REFERENCE = u16(1)
const SAMPLE_BITS = 16

/** Describes sound in Opus (Encapsulation of Opus in ISO Base Media File Format, 4.3). */
export function opusEntry({ channels, preSkip }: OpusHead): Buffer {
  const specific = Buffer.concat([
    Buffer.from([0, channels]),
    ...[u16(preSkip), u32(OPUS_RATE), u16(0), Buffer.from([0])],
  ])
  return soundEntry('Opus', channels, OPUS_RATE, box('dOps', specific))
}

/** Describes stereo sound in AAC-LC at 48 kHz (ISO/IEC 14496-14, 5.6). */
export function aacEntry(bitsPerSecond: number): Buffer {
  // AudioSpecificConfig (14496-3, 1.6.2.1): AAC-LC, 48 kHz, two channels.
  const specific = descriptor(0x05, Buffer.from([0x11, 0x90]))
  const decoder = descriptor(
    0x04,
    ...[Buffer.from([0x40, 0x15, 0, 0, 0]), u32(bitsPerSecond, bitsPerSecond), specific],
  )
  const stream = descriptor(
    0x03,
    u16(0),
    Buffer.from([0]),
    decoder,
    descriptor(6, Buffer.from([2])),
  )
  return soundEntry('mp4a', 2, 48_000, fullBox('esds', {}, stream))
}

/** Describes the titles of chapters (QuickTime File Format, text media). */
export function chapterEntry(): Buffer {
  const fonts = box('ftab', u16(1, 1), Buffer.from([0]))
  const look = [u32(1), u16(0), u32(0), u32(0, 0), u32(0), u16(1, 0), u32(0)]
  return box('text', RESERVED, DATA_REFERENCE, ...look, fonts)
}

/** Writes the title of a chapter as a sample. */
export function chapterSample(title: string): Buffer {
  const text = Buffer.from(title)
  // The encoding is UTF-8.
  return Buffer.concat([u16(text.length), text, box('encd', u32(0x100))])
}

function soundEntry(type: string, channels: number, rate: number, specific: Buffer): Buffer {
  const format = [u32(0, 0), u16(channels, SAMPLE_BITS, 0, 0), u32(rate * 0x1_0000)]
  return box(type, RESERVED, DATA_REFERENCE, ...format, specific)
}

/** Writes a descriptor of MPEG-4 (ISO/IEC 14496-1, 8.3). */
function descriptor(tag: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, bytes.length]), bytes])
}

/**
 * Returns the sample entry of H.264 for a track whose key frames bring their own parameter sets
 * (`avc3`, ISO/IEC 14496-15, 5.4.2.1).
 */
export function withOwnParameterSets(entry: Buffer): Buffer {
  const changed = Buffer.from(entry)
  ascii('avc3').copy(changed, 4)
  return changed
}
