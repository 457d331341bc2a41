/** Bech32 (BIP 173), without its limit of 90 characters, as age encodes keys. */

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const CHECKSUM_LENGTH = 6

/** Encodes bytes with a human-readable prefix in lower case. */
export function encodeBech32(prefix: string, bytes: Buffer): string {
  const values = regroup(bytes, 8, 5, true)
  const sum = polymod([...expand(prefix), ...values, ...new Array(CHECKSUM_LENGTH).fill(0)]) ^ 1
  for (let i = 0; i < CHECKSUM_LENGTH; i++) values.push((sum >>> (5 * (5 - i))) & 31)
  return `${prefix}1${values.map((value) => ALPHABET[value]).join('')}`
}

/** Decodes a text with this prefix, all in one case. Undefined when it is not valid. */
export function decodeBech32(prefix: string, text: string): Buffer | undefined {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return undefined
  const lower = text.toLowerCase()
  if (!lower.startsWith(`${prefix}1`)) return undefined
  const values = [...lower.slice(prefix.length + 1)].map((char) => ALPHABET.indexOf(char))
  if (values.includes(-1) || values.length < CHECKSUM_LENGTH) return undefined
  if (polymod([...expand(prefix), ...values]) !== 1) return undefined
  const data = values.slice(0, -CHECKSUM_LENGTH)
  const bytes = Buffer.from(regroup(data, 5, 8, false))
  // Bits that fill the last group must be zero: then there is one text for each key.
  return encodeBech32(prefix, bytes) === lower ? bytes : undefined
}

function expand(prefix: string): number[] {
  const codes = [...prefix].map((char) => char.charCodeAt(0))
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
}

function polymod(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (let i = 0; i < GENERATOR.length; i++) if ((top >>> i) & 1) sum ^= GENERATOR[i] as number
  }
  return sum >>> 0
}

function regroup(values: Iterable<number>, from: number, to: number, pad: boolean): number[] {
  const groups: number[] = []
  let bits = 0
  let held = 0
  for (const value of values) {
    held = ((held << from) | value) & 0xfff
    bits += from
    while (bits >= to) {
      bits -= to
      groups.push((held >>> bits) & ((1 << to) - 1))
    }
  }
  if (pad && bits > 0) groups.push((held << (to - bits)) & ((1 << to) - 1))
  return groups
}
