/**
 * Encodes and decodes the parts of the X protocol that the recorder needs (X Window System
 * Protocol, X.Org version 11, appendix B; RandR 1.5).
 */
import type { X11Credential } from './address.ts'

const REPLY_BYTES = 32
const REPLY = 1
const GENERIC_EVENT = 35
/** Larger than any reply to our requests; a larger message is not from an X server. */
const MESSAGE_MAX_BYTES = 1_048_576

/** Encodes a request: opcode, a byte of data, and a body in words of 32 bits. */
export function encodeRequest(opcode: number, data: number, ...body: (number | Buffer)[]): Buffer {
  const parts = body.map((part) => (typeof part === 'number' ? word(part) : padded(part)))
  const head = Buffer.from([opcode, data, 0, 0])
  head.writeUInt16LE(1 + parts.reduce((sum, part) => sum + part.length, 0) / 4, 2)
  return Buffer.concat([head, ...parts])
}

/** Packs two numbers of 16 bits into one word. */
export function pair(low: number, high: number): number {
  return (((high & 0xffff) << 16) | (low & 0xffff)) >>> 0
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

/** Encodes the setup request that opens a connection: little-endian, version 11.0. */
export function encodeSetup({ name, data }: X11Credential): Buffer {
  const head = Buffer.alloc(12)
  head.write('l', 0, 'latin1')
  head.writeUInt16LE(11, 2)
  head.writeUInt16LE(name.length, 6)
  head.writeUInt16LE(data.length, 8)
  return Buffer.concat([head, padded(Buffer.from(name, 'latin1')), padded(data)])
}

/**
 * Reads the data of the credential from a client's setup request, see {@link encodeSetup};
 * undefined when it is not complete. Throws RangeError when it is none of a little-endian client.
 */
export function readSetupRequest(bytes: Buffer): { data: Buffer } | undefined {
  if (bytes.length < 12) return undefined
  if (bytes[0] !== 'l'.charCodeAt(0)) throw new RangeError('not a setup request')
  const name = bytes.readUInt16LE(6)
  const start = 12 + name + ((4 - (name % 4)) % 4)
  const length = bytes.readUInt16LE(8)
  if (bytes.length < start + length + ((4 - (length % 4)) % 4)) return undefined
  return { data: bytes.subarray(start, start + length) }
}

/**
 * Reads the request at the start of `bytes`; undefined when it is not complete. Throws RangeError
 * when there is none. A length of 0 announces a longer one (BIG-REQUESTS).
 */
export function readRequest(bytes: Buffer): { bytes: Buffer; opcode: number } | undefined {
  if (bytes.length < 8 && (bytes.length < 4 || bytes.readUInt16LE(2) === 0)) return undefined
  const length = 4 * (bytes.readUInt16LE(2) || bytes.readUInt32LE(4))
  if (length === 0 || length > MESSAGE_MAX_BYTES) throw new RangeError('not a request')
  return bytes.length < length ? undefined : { bytes: bytes.subarray(0, length), opcode: bytes[0]! }
}

/** Reads the server's reply to {@link encodeSetup}; undefined when it is not complete. */
export function readSetupReply(
  bytes: Buffer,
): { bytes: Buffer; accepted: boolean; body: Buffer } | undefined {
  if (bytes.length < 8) return undefined
  const length = 8 + 4 * bytes.readUInt16LE(6)
  if (bytes.length < length) return undefined
  return {
    bytes: bytes.subarray(0, length),
    accepted: bytes[0] === 1,
    body: bytes.subarray(8, length),
  }
}

/** Reads the vendor of the server and its release from the body of the setup reply. */
export function serverVendor(body: Buffer): { vendor: string; release: number } {
  const vendor = body.toString('latin1', 32, 32 + body.readUInt16LE(16))
  return { vendor, release: body.readUInt32LE(0) }
}

/**
 * Reads the root window of a screen from the body of the setup reply; undefined when there is no
 * such screen.
 */
export function rootWindow(body: Buffer, screen: number): number | undefined {
  const screens = body.readUInt8(20)
  if (screen >= screens) return undefined
  let offset = 32 + 4 * Math.ceil(body.readUInt16LE(16) / 4) + 8 * body.readUInt8(21)
  for (let passed = 0; passed < screen; passed++) {
    // A screen lists its depths, each with its visuals of 24 bytes.
    let depths = body.readUInt8(offset + 39)
    offset += 40
    for (; depths > 0; depths--) offset += 8 + 24 * body.readUInt16LE(offset + 2)
  }
  return body.readUInt32LE(offset)
}

/** A reply, an error or an event. */
export interface Message {
  bytes: Buffer
  kind: 'reply' | 'error' | 'event'
  /** Number of the request that it answers, modulo 65,536. */
  sequence: number
}

/**
 * Reads the message at the start of `bytes`; undefined when it is not complete. Throws RangeError
 * when it cannot be one.
 */
export function readMessage(bytes: Buffer): Message | undefined {
  if (bytes.length < REPLY_BYTES) return undefined
  const code = bytes[0]!
  const isLong = code === REPLY || (code & 0x7f) === GENERIC_EVENT
  const length = REPLY_BYTES + (isLong ? 4 * bytes.readUInt32LE(4) : 0)
  if (length > MESSAGE_MAX_BYTES) throw new RangeError('not a message of an X server')
  if (bytes.length < length) return undefined
  const kind = code === REPLY ? 'reply' : code === 0 ? 'error' : 'event'
  return { bytes: bytes.subarray(0, length), kind, sequence: bytes.readUInt16LE(2) }
}
