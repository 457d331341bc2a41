import { FormatError } from './format-error.ts'

/**
 * Returns the parameter sets in the content of an `avcC` box (hex) as they stand in a sample, each
 * after its length (ISO/IEC 14496-15, 5.3.3.1). Throws FormatError where lengths in samples do not
 * have 4 bytes.
 */
export function parameterSets(hex: string): Buffer {
  const configuration = Buffer.from(hex, 'hex')
  if ((configuration[4]! & 3) !== 3) throw new FormatError('MP4 with short lengths of NAL units')
  const sets: Buffer[] = []
  let at = 5
  for (const countMask of [0x1f, 0xff]) {
    const count = (configuration[at++] ?? 0) & countMask
    for (let index = 0; index < count; index++) {
      if (at + 2 > configuration.length) throw new FormatError('MP4 with a short avcC')
      const length = configuration.readUInt16BE(at)
      const set = configuration.subarray(at + 2, at + 2 + length)
      if (set.length < length) throw new FormatError('MP4 with a short avcC')
      const prefix = Buffer.alloc(4)
      prefix.writeUInt32BE(length)
      sets.push(prefix, set)
      at += 2 + length
    }
  }
  return Buffer.concat(sets)
}
