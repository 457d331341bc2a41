/** Writes the boxes of MP4 (ISO/IEC 14496-12). */

/** Writes a box with its content. */
export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(content.reduce((sum, { length }) => sum + length, header.length))
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, ...content])
}

/** Writes a box that has a version and flags. */
export function fullBox(
  type: string,
  { version = 0, flags = 0 }: { version?: number; flags?: number },
  ...content: readonly Uint8Array[]
): Buffer {
  return box(type, u32((version << 24) | flags), ...content)
}

/** Writes numbers of 2 bytes, big-endian. */
export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, 2 * at)
  return bytes
}

/** Writes numbers of 4 bytes, big-endian. */
export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * at)
  return bytes
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** Writes a long list of numbers of 4 bytes, big-endian: half a million take a millisecond. */
export function table32(values: Uint32Array | readonly number[]): Buffer {
  const bytes = Buffer.from(Uint32Array.from(values).buffer)
  return IS_LITTLE_ENDIAN ? bytes.swap32() : bytes
}

/** Writes a number of 8 bytes, big-endian. */
export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

/** Writes a text as Latin-1, such as a type of four characters. */
export const ascii = (text: string): Buffer => Buffer.from(text, 'latin1')
