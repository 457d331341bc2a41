/**
 * Encodes and decodes tagstructs: the typed values in control packets of the PulseAudio native
 * protocol (PulseAudio 16, `pulsecore/tagstruct.c`). All numbers are big-endian.
 */

const TAG = {
  string: 0x74,
  noString: 0x4e,
  u32: 0x4c,
  u8: 0x42,
  sampleSpec: 0x61,
  arbitrary: 0x78,
  yes: 0x31,
  no: 0x30,
  usec: 0x55,
  channelMap: 0x6d,
  channelVolumes: 0x76,
  volume: 0x56,
  properties: 0x50,
  formatInfo: 0x66,
} as const

/** Signed 16-bit samples, little-endian (`PA_SAMPLE_S16LE`). */
const FORMAT_S16LE = 3
/** Channel positions (`pa_channel_position_t`): mono; front left and right. */
const POSITIONS = { 1: [0], 2: [1, 2] } as const
/** The volume that changes nothing (`PA_VOLUME_NORM`). */
const FULL_VOLUME = 0x10000

/** Raw 16-bit sound: samples a second of each channel, and channels. */
export interface SoundFormat {
  rate: number
  channels: 1 | 2
}

function tagged(tag: number, value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = tag
  bytes.writeUInt32BE(value >>> 0, 1)
  return bytes
}

/** Encodes a number of 32 bits. */
export function u32(value: number): Buffer {
  return tagged(TAG.u32, value)
}

/** Encodes a number of 8 bits. */
export function u8(value: number): Buffer {
  return Buffer.from([TAG.u8, value])
}

/** Encodes a boolean. */
export function bool(value: boolean): Buffer {
  return Buffer.from([value ? TAG.yes : TAG.no])
}

/** Encodes a text, or that there is none. */
export function text(value: string | null): Buffer {
  return value === null
    ? Buffer.from([TAG.noString])
    : Buffer.concat([Buffer.from([TAG.string]), Buffer.from(`${value}\0`)])
}

/** Encodes bytes of any meaning. */
export function arbitrary(bytes: Buffer): Buffer {
  return Buffer.concat([tagged(TAG.arbitrary, bytes.length), bytes])
}

/** Encodes properties: names with their texts. */
export function properties(values: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(values).flatMap(([name, value]) => {
    const bytes = Buffer.from(`${value}\0`)
    return [text(name), u32(bytes.length), arbitrary(bytes)]
  })
  return Buffer.concat([Buffer.from([TAG.properties]), ...entries, text(null)])
}

/** Encodes a sample specification and its channel map. */
export function soundFormat({ rate, channels }: SoundFormat): Buffer {
  const spec = Buffer.from([TAG.sampleSpec, FORMAT_S16LE, channels, 0, 0, 0, 0])
  spec.writeUInt32BE(rate, 3)
  return Buffer.concat([spec, Buffer.from([TAG.channelMap, channels, ...POSITIONS[channels]])])
}

/** Encodes the full volume of each channel. */
export function fullVolume(channels: number): Buffer {
  const bytes = Buffer.alloc(2 + 4 * channels)
  bytes[0] = TAG.channelVolumes
  bytes[1] = channels
  for (let channel = 0; channel < channels; channel++)
    bytes.writeUInt32BE(FULL_VOLUME, 2 + 4 * channel)
  return bytes
}

/**
 * Reads the values of a tagstruct one after the other. Every method throws RangeError when the next
 * value has another type, or when the bytes are at their end.
 */
export class TagReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Whether everything has been read. */
  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length
  }

  u32(): number {
    this.#expect(TAG.u32)
    return this.#number()
  }

  u8(): number {
    this.#expect(TAG.u8)
    return this.#byte()
  }

  bool(): boolean {
    const tag = this.#byte()
    if (tag !== TAG.yes && tag !== TAG.no) throw new RangeError('not a boolean')
    return tag === TAG.yes
  }

  text(): string | null {
    const tag = this.#byte()
    if (tag === TAG.noString) return null
    if (tag !== TAG.string) throw new RangeError('not a text')
    const end = this.#bytes.indexOf(0, this.#offset)
    if (end === -1) throw new RangeError('a text without an end')
    const value = this.#bytes.toString('utf8', this.#offset, end)
    this.#offset = end + 1
    return value
  }

  /** Reads properties; those that are no texts are included as the text of their bytes. */
  properties(): Map<string, string> {
    this.#expect(TAG.properties)
    const found = new Map<string, string>()
    for (let name = this.text(); name !== null; name = this.text()) {
      this.u32()
      this.#expect(TAG.arbitrary)
      const bytes = this.#skip(this.#number())
      found.set(name, bytes.toString('utf8').replace(/\0$/, ''))
    }
    return found
  }

  /** Skips a sample specification and its channel map. */
  skipSoundFormat(): void {
    this.#expect(TAG.sampleSpec)
    this.#skip(6)
    this.skipChannelMap()
  }

  /** Skips a sample specification alone. */
  skipSampleSpec(): void {
    this.#expect(TAG.sampleSpec)
    this.#skip(6)
  }

  skipChannelMap(): void {
    this.#expect(TAG.channelMap)
    this.#skip(this.#byte())
  }

  skipChannelVolumes(): void {
    this.#expect(TAG.channelVolumes)
    this.#skip(4 * this.#byte())
  }

  skipVolume(): void {
    this.#expect(TAG.volume)
    this.#skip(4)
  }

  /** Skips a duration in microseconds. */
  skipUsec(): void {
    this.#expect(TAG.usec)
    this.#skip(8)
  }

  skipFormatInfo(): void {
    this.#expect(TAG.formatInfo)
    this.u8()
    this.properties()
  }

  #expect(tag: number): void {
    if (this.#byte() !== tag) throw new RangeError('a value of another type')
  }

  #byte(): number {
    return this.#skip(1)[0]!
  }

  #number(): number {
    return this.#skip(4).readUInt32BE(0)
  }

  #skip(length: number): Buffer {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw new RangeError('a value beyond the end')
    const bytes = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return bytes
  }
}
