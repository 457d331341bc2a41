/**
 * Frames the packets of the PulseAudio native protocol (PulseAudio 16, `pulsecore/pstream.c`). A
 * descriptor of 20 bytes comes first: length, channel, offset (64 bits), flags, all big-endian.
 */

const DESCRIPTOR_BYTES = 20
const CONTROL_CHANNEL = 0xffff_ffff
/**
 * Larger than any answer to our requests and any block of sound; a larger packet is not from a
 * sound server.
 */
const PACKET_MAX_BYTES = 1_048_576

/** A control packet, whose content is a tagstruct, or a block of sound of a channel. */
export interface Packet {
  /** All of it, with its descriptor. */
  bytes: Buffer
  /** Null for a control packet. */
  channel: number | null
  content: Buffer
}

/**
 * Reads the packet at the start of `bytes`; undefined when it is not complete. Throws RangeError
 * when it cannot be one, or refers to shared memory, which we never agree to.
 */
export function readPacket(bytes: Buffer): Packet | undefined {
  if (bytes.length < DESCRIPTOR_BYTES) return undefined
  const length = bytes.readUInt32BE(0)
  const channel = bytes.readUInt32BE(4)
  const flags = bytes.readUInt32BE(16)
  if (length > PACKET_MAX_BYTES || flags > 0xff)
    throw new RangeError('not a packet of a sound server')
  const end = DESCRIPTOR_BYTES + length
  if (bytes.length < end) return undefined
  return {
    bytes: bytes.subarray(0, end),
    channel: channel === CONTROL_CHANNEL ? null : channel,
    content: bytes.subarray(DESCRIPTOR_BYTES, end),
  }
}

/** Encodes a control packet. */
export function controlPacket(parts: readonly Buffer[]): Buffer {
  return packet(CONTROL_CHANNEL, parts)
}

/** Encodes a block of sound for a channel. */
export function soundPacket(channel: number, pcm: Buffer): Buffer {
  return packet(channel, [pcm])
}

function packet(channel: number, parts: readonly Buffer[]): Buffer {
  const descriptor = Buffer.alloc(DESCRIPTOR_BYTES)
  descriptor.writeUInt32BE(
    parts.reduce((sum, { length }) => sum + length, 0),
    0,
  )
  descriptor.writeUInt32BE(channel, 4)
  return Buffer.concat([descriptor, ...parts])
}
