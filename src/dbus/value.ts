/**
 * Values of the D-Bus specification, and how they are marshalled (0.43, “Marshaling”),
 * little-endian. Numbers of 64 bits are bigints, dictionaries are maps, and structs are arrays.
 */

/** A value whose type goes along with it. */
export class Variant {
  readonly signature: string
  readonly value: unknown

  constructor(signature: string, value: unknown) {
    this.signature = signature
    this.value = value
  }
}

/** The deepest nesting that the specification allows. */
const DEPTH_MAX = 64

const ALIGNMENT: Record<string, number> = {
  ...{ y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, i: 4, u: 4, h: 4, s: 4, o: 4, a: 4 },
  ...{ x: 8, t: 8, d: 8, '(': 8, '{': 8 },
}

/** Splits a signature into its complete types. Throws RangeError when it is none. */
export function splitSignature(signature: string): string[] {
  const types: string[] = []
  for (let start = 0; start < signature.length; ) {
    const end = typeEnd(signature, start, 0)
    types.push(signature.slice(start, end))
    start = end
  }
  return types
}

function typeEnd(signature: string, start: number, depth: number): number {
  const code = signature[start] ?? ''
  if (!(code in ALIGNMENT) || depth > DEPTH_MAX) throw new RangeError('not a signature of D-Bus')
  if (code === 'a') return typeEnd(signature, start + 1, depth + 1)
  if (code !== '(' && code !== '{') return start + 1
  const close = code === '(' ? ')' : '}'
  let end = start + 1
  while (signature[end] !== close) end = typeEnd(signature, end, depth + 1)
  if (end === start + 1) throw new RangeError('a struct of D-Bus without fields')
  return end + 1
}

function alignmentOf(type: string): number {
  return ALIGNMENT[type[0] ?? '']!
}

/** Marshals values one after another. */
export class ValueWriter {
  #bytes = Buffer.alloc(256)
  #length = 0

  /** The bytes so far. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  align(boundary: number): void {
    this.#take(-this.#length & (boundary - 1))
  }

  /** Writes values of the types of a signature. */
  writeAll(signature: string, values: readonly unknown[]): void {
    for (const [index, type] of splitSignature(signature).entries()) this.write(type, values[index])
  }

  /** Writes a value of a single type. */
  write(type: string, value: unknown): void {
    this.align(alignmentOf(type))
    switch (type[0]) {
      case 'y':
        this.#put(1, (bytes, at) => bytes.writeUInt8(value as number, at))
        break
      case 'b':
        this.#writeNumber(value ? 1 : 0)
        break
      case 'i':
        this.#put(4, (bytes, at) => bytes.writeInt32LE(value as number, at))
        break
      case 'u':
        this.#writeNumber(value as number)
        break
      case 'd':
        this.#put(8, (bytes, at) => bytes.writeDoubleLE(value as number, at))
        break
      case 's':
      case 'o':
        this.#writeNumber(Buffer.byteLength(value as string))
        this.#writeText(value as string)
        break
      case 'g':
        this.write('y', (value as string).length)
        this.#writeText(value as string)
        break
      case 'v':
        this.write('g', (value as Variant).signature)
        this.write((value as Variant).signature, (value as Variant).value)
        break
      case 'a':
        this.#writeArray(type.slice(1), value as Iterable<unknown>)
        break
      case '(':
      case '{':
        this.writeAll(type.slice(1, -1), value as unknown[])
        break
      default:
        throw new RangeError(`values of the type ${type} are not written`)
    }
  }

  #writeArray(item: string, items: Iterable<unknown>): void {
    const lengthAt = this.#take(4)
    this.align(alignmentOf(item))
    const start = this.#length
    for (const one of items) this.write(item, one)
    this.#bytes.writeUInt32LE(this.#length - start, lengthAt)
  }

  #writeNumber(value: number): void {
    this.#put(4, (bytes, at) => bytes.writeUInt32LE(value, at))
  }

  /** Writes a text and the zero that ends it. */
  #writeText(text: string): void {
    const length = Buffer.byteLength(text)
    this.#put(length + 1, (bytes, at) => bytes.write(text, at))
  }

  #put(count: number, write: (bytes: Buffer, at: number) => void): void {
    // Makes room first: that may replace the buffer.
    const at = this.#take(count)
    write(this.#bytes, at)
  }

  /** Makes room, filled with zeros. Returns its offset. */
  #take(count: number): number {
    const offset = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#length)])
    return offset
  }
}

/** Reads marshalled values. Throws RangeError when the bytes are none. */
export class ValueReader {
  readonly #bytes: Buffer
  #offset: number

  constructor(bytes: Buffer, offset = 0) {
    this.#bytes = bytes
    this.#offset = offset
  }

  /** Reads values of the types of a signature. */
  readAll(signature: string, depth = 0): unknown[] {
    return splitSignature(signature).map((type) => this.read(type, depth))
  }

  /** Reads a value of a single type. A variant is read as its value. */
  read(type: string, depth = 0): unknown {
    if (depth > DEPTH_MAX) throw new RangeError('values nested too deep')
    const boundary = alignmentOf(type)
    this.#offset += -this.#offset & (boundary - 1)
    switch (type[0]) {
      case 'y':
        return this.#bytes.readUInt8(this.#take(1))
      case 'b':
        return this.#readNumber() === 1
      case 'n':
        return this.#bytes.readInt16LE(this.#take(2))
      case 'q':
        return this.#bytes.readUInt16LE(this.#take(2))
      case 'i':
        return this.#bytes.readInt32LE(this.#take(4))
      case 'u':
      case 'h':
        return this.#readNumber()
      case 'x':
        return this.#bytes.readBigInt64LE(this.#take(8))
      case 't':
        return this.#bytes.readBigUInt64LE(this.#take(8))
      case 'd':
        return this.#bytes.readDoubleLE(this.#take(8))
      case 's':
      case 'o':
        return this.#readText(this.#readNumber())
      case 'g':
        return this.#readText(this.#bytes.readUInt8(this.#take(1)))
      case 'v': {
        const [inner = '', ...others] = splitSignature(this.read('g') as string)
        if (inner === '' || others.length > 0) throw new RangeError('a variant of several types')
        return this.read(inner, depth + 1)
      }
      case 'a':
        return this.#readArray(type.slice(1), depth + 1)
      default:
        return this.readAll(type.slice(1, -1), depth + 1)
    }
  }

  #readArray(item: string, depth: number): unknown[] | Map<unknown, unknown> {
    const length = this.#readNumber()
    this.#offset += -this.#offset & (alignmentOf(item) - 1)
    const end = this.#offset + length
    if (end > this.#bytes.length) throw new RangeError('an array beyond the end')
    const items: unknown[] = []
    while (this.#offset < end) items.push(this.read(item, depth))
    return item[0] === '{' ? new Map(items as [unknown, unknown][]) : items
  }

  #readNumber(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  #readText(length: number): string {
    const start = this.#take(length + 1)
    return this.#bytes.toString('utf8', start, start + length)
  }

  #take(count: number): number {
    const start = this.#offset
    this.#offset += count
    if (this.#offset > this.#bytes.length) throw new RangeError('a value beyond the end')
    return start
  }
}
