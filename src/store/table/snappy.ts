import { VarintReader } from './varint.ts'

/**
 * Decompresses a block in the raw Snappy format
 * (https://github.com/google/snappy/blob/main/format_description.txt). Throws RangeError when it is
 * not one.
 */
export function uncompress(input: Uint8Array): Uint8Array {
  const reader = new VarintReader(input)
  const output = new Uint8Array(reader.next())
  let { at } = reader
  let written = 0
  while (at < input.length) {
    const tag = input[at++]!
    const kind = tag & 3
    if (kind === 0) {
      let length = (tag >>> 2) + 1
      if (length > 60) {
        const size = length - 60
        length = readNumber(input, at, size) + 1
        at += size
      }
      if (at + length > input.length) throw new RangeError('A literal is too long.')
      output.set(input.subarray(at, at + length), written)
      at += length
      written += length
      continue
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const size = kind === 1 ? 1 : kind === 2 ? 2 : 4
    const offset = readNumber(input, at, size) + (kind === 1 ? (tag >>> 5) * 256 : 0)
    at += size
    if (offset === 0 || offset > written || written + length > output.length)
      throw new RangeError('A copy reaches outside the block.')
    // Byte by byte: a copy may overlap itself.
    for (const end = written + length; written < end; written++)
      output[written] = output[written - offset]!
  }
  if (written !== output.length) throw new RangeError('The block is too short.')
  return output
}

/** Reads an unsigned number of some bytes, the low ones first. */
function readNumber(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let i = 0; i < size; i++) value += (bytes[at + i] ?? 0) * 256 ** i
  return value
}
