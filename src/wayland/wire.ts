/**
 * Encodes and decodes messages of the Wayland protocol (“Wire Format”), in the byte order of this
 * computer, which is little-endian on every system that the recorder runs on.
 */

const HEAD_BYTES = 8

/** An event of an object. */
export interface WaylandEvent {
  bytes: Buffer
  object: number
  opcode: number
  args: ArgumentReader
}

/** Encodes a request to an object. Its arguments are numbers of 32 bits and texts. */
export function encodeRequest(
  object: number,
  opcode: number,
  ...args: readonly (number | string)[]
): Buffer {
  const body = args.map((arg) => (typeof arg === 'number' ? word(arg) : text(arg)))
  const length = HEAD_BYTES + body.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([word(object), word(length * 0x10000 + opcode), ...body])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(`${value}\0`)
  return Buffer.concat([word(bytes.length), bytes, Buffer.alloc(-bytes.length & 3)])
}

/**
 * Reads the event at the start of `bytes`; undefined when it is not complete. Throws RangeError
 * when it is none.
 */
export function readEvent(bytes: Buffer): WaylandEvent | undefined {
  if (bytes.length < HEAD_BYTES) return undefined
  const length = bytes.readUInt16LE(6)
  if (length < HEAD_BYTES) throw new RangeError('not a message of Wayland')
  if (bytes.length < length) return undefined
  return {
    bytes: bytes.subarray(0, length),
    object: bytes.readUInt32LE(0),
    opcode: bytes.readUInt16LE(4),
    args: new ArgumentReader(bytes.subarray(HEAD_BYTES, length)),
  }
}

/** Reads the arguments of an event, in order. Throws RangeError beyond their end. */
export class ArgumentReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  uint(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  int(): number {
    return this.#bytes.readInt32LE(this.#take(4))
  }

  text(): string {
    const length = this.uint()
    const start = this.#take(length + (-length & 3))
    // The last byte is the zero that ends it. No text at all has no bytes.
    return this.#bytes.toString('utf8', start, start + Math.max(0, length - 1))
  }

  #take(count: number): number {
    const start = this.#offset
    this.#offset += count
    if (this.#offset > this.#bytes.length) throw new RangeError('an argument beyond the end')
    return start
  }
}
