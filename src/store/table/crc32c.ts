/** The reversed polynomial of CRC-32C (Castagnoli; RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78

/** Tables for eight bytes at a time (slicing by 8). */
const TABLES = Array.from({ length: 8 }, () => new Uint32Array(256))
for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  TABLES[0]![byte] = crc
}
for (let byte = 0; byte < 256; byte++)
  for (let i = 1; i < 8; i++) {
    const before = TABLES[i - 1]![byte]!
    TABLES[i]![byte] = (before >>> 8) ^ TABLES[0]![before & 255]!
  }
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]

/** Returns the CRC-32C of the bytes from one index up to another, as an unsigned number. */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  let crc = ~0
  let at = from
  for (const end = to - 7; at < end; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      T7[crc & 255]! ^
      T6[(crc >>> 8) & 255]! ^
      T5[(crc >>> 16) & 255]! ^
      T4[crc >>> 24]! ^
      T3[bytes[at + 4]!]! ^
      T2[bytes[at + 5]!]! ^
      T1[bytes[at + 6]!]! ^
      T0[bytes[at + 7]!]!
  }
  for (; at < to; at++) crc = T0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}
