/** Reads and writes Opus packets (RFC 6716) in an Ogg stream (RFC 7845) without decoding. */
import { FormatError } from './format-error.ts'
import { isPageIntact, LACES_MAX, type OggPage, PAGE_FLAG, writePage } from './ogg.ts'

/** The rate by which Opus counts, in samples a second. */
export const OPUS_RATE = 48_000

const HEADER_BYTES = 27

/** The content of a stream's first packet (RFC 7845, 5.1). */
export interface OpusHead {
  channels: number
  /** Samples that a player leaves out at the beginning. */
  preSkip: number
}

const FRAME_SAMPLES = {
  silk: [480, 960, 1_920, 2_880],
  hybrid: [480, 960],
  celt: [120, 240, 480, 960],
}

/**
 * The number of samples that a packet decodes to, by its first byte or two (RFC 6716, 3.1). Throws
 * FormatError when it is no packet.
 */
export function packetSamples(packet: Buffer): number {
  const toc = packet[0]
  if (toc === undefined) throw new FormatError('an empty Opus packet')
  const config = toc >> 3
  const frame =
    config < 12
      ? FRAME_SAMPLES.silk[config & 3]!
      : config < 16
        ? FRAME_SAMPLES.hybrid[config & 1]!
        : FRAME_SAMPLES.celt[config & 3]!
  const code = toc & 3
  return frame * (code === 0 ? 1 : code === 3 ? (packet[1] ?? 0) & 0x3f : 2)
}

/** The lengths for which there is a packet of silence: 20, 10, 5 and 2.5 ms. */
const SILENT_LENGTHS = [960, 480, 240, 120]
/** CELT, fullband, with nothing but the flag of silence. */
const SILENCE = new Map(
  [1, 2].map((channels) => [
    channels,
    SILENT_LENGTHS.map((samples, at) => ({
      samples,
      packet: Buffer.from([((31 - at) << 3) | (channels === 2 ? 4 : 0), 0xff, 0xfe]),
    })),
  ]),
)

/**
 * Yields packets of silence, the longest first. Together they fit a length (in samples) to 2.5 ms.
 */
export function* silence(
  samples: number,
  channels: number,
): Generator<{ packet: Buffer; samples: number }> {
  let rest = samples + 60
  for (const silent of SILENCE.get(channels) ?? []) {
    for (; rest >= silent.samples; rest -= silent.samples) yield silent
  }
}

/**
 * Whether a packet is in CELT mode, which depends on the packets decoded before (RFC 6716, 3.1).
 */
export const isCelt = (packet: Buffer): boolean => (packet[0] ?? 0) >> 3 >= 16

/**
 * 10 ms of silence as SILK encodes it at its beginning. A decoder that goes from SILK to CELT
 * resets its state (RFC 6716, 4.5.2), and so has the state of the encoder at its first packet.
 * After a silence in CELT it would fade in over 50 ms.
 */
export const FRESH_START = { packet: Buffer.from('000be5f3b1c0', 'hex'), samples: 480 }

/** Splits an Opus stream's pages into packets. */
export class OpusReader {
  /** Known after the first page. */
  head: OpusHead | undefined
  #pending: Buffer[] = []
  #headers = 0;

  /**
   * Adds a page. Yields the packets of sound that end on it. Throws FormatError on a damaged page
   * or another codec.
   */
  *push(page: OggPage): Generator<Buffer> {
    if (!isPageIntact(page)) throw new FormatError('an Ogg page with a wrong checksum')
    const { bytes } = page
    const laces = bytes.readUInt8(26)
    if (!(bytes[5]! & PAGE_FLAG.continued)) this.#pending = []
    let offset = HEADER_BYTES + laces
    for (let i = 0; i < laces; i++) {
      const length = bytes.readUInt8(HEADER_BYTES + i)
      this.#pending.push(bytes.subarray(offset, offset + length))
      offset += length
      if (length === LACES_MAX) continue
      const packet = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending)
      this.#pending = []
      if (this.#headers === 2) yield packet
      else this.#readHeader(packet)
    }
  }

  #readHeader(packet: Buffer): void {
    if (this.#headers++ > 0) return
    if (packet.toString('latin1', 0, 8) !== 'OpusHead' || packet.length < 19)
      throw new FormatError('not Opus')
    this.head = { channels: packet.readUInt8(9), preSkip: packet.readUInt16LE(10) }
  }
}

/** Writes packets as one Ogg Opus stream, in pages of a second. */
export class OpusWriter {
  readonly #serial: number
  #sequence = 0
  #granule = 0
  #laces: number[] = []
  #packets: Buffer[] = []
  #pageStart = 0

  constructor(serial: number) {
    this.#serial = serial
  }

  /** Samples written so far, pre-skip included. */
  get samples(): number {
    return this.#granule
  }

  /** Writes the two pages of headers. `channels` is 1 or 2; the volume is not changed. */
  begin({ channels, preSkip }: OpusHead, vendor: string): Buffer {
    const head = Buffer.alloc(19)
    head.write('OpusHead', 'latin1')
    head.writeUInt8(1, 8)
    head.writeUInt8(channels, 9)
    head.writeUInt16LE(preSkip, 10)
    head.writeUInt32LE(OPUS_RATE, 12)
    const name = Buffer.from(vendor)
    const tags = Buffer.alloc(16 + name.length)
    tags.write('OpusTags', 'latin1')
    tags.writeUInt32LE(name.length, 8)
    name.copy(tags, 12)
    return Buffer.concat(
      [head, tags].map((packet, at) => {
        this.#add(packet)
        return this.#page(at === 0 ? PAGE_FLAG.first : 0, 0)
      }),
    )
  }

  /** Adds a packet. Returns the page before it when that is full. */
  write(packet: Buffer, samples: number): Buffer | undefined {
    const full =
      this.#granule - this.#pageStart >= OPUS_RATE ||
      this.#laces.length + Math.floor(packet.length / LACES_MAX) + 1 > LACES_MAX
    const page = full && this.#packets.length > 0 ? this.#page(0, this.#granule) : undefined
    this.#add(packet)
    this.#granule += samples
    return page
  }

  /**
   * Writes the last page. The stream ends at `samples` (pre-skip included), within the last packet.
   */
  end(samples: number): Buffer {
    return this.#page(PAGE_FLAG.last, Math.min(samples, this.#granule))
  }

  #add(packet: Buffer): void {
    for (let left = packet.length; left >= LACES_MAX; left -= LACES_MAX) this.#laces.push(LACES_MAX)
    this.#laces.push(packet.length % LACES_MAX)
    this.#packets.push(packet)
  }

  #page(flags: number, granule: number): Buffer {
    const page = writePage({
      ...{ flags, granule: BigInt(granule), serial: this.#serial, sequence: this.#sequence++ },
      ...{ laces: this.#laces, content: this.#packets },
    })
    this.#laces = []
    this.#packets = []
    this.#pageStart = this.#granule
    return page
  }
}
