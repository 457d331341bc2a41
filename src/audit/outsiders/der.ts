/** DER, as far as RFC 3161 needs it (ITU-T X.690). */

/** The tags in use. */
export const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  /** `[0]`, constructed. */
  context0: 0xa0,
} as const

/** One value: its tag and its content. */
export interface DerValue {
  tag: number
  content: Buffer
}

const LONG_FORM = 0x80
const MOST_LENGTH_BYTES = 4

/** Bytes that are not DER, or not of the form that was expected. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** Encodes a value. */
export function encodeDer(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(tag), encodeLength(content.length), content])
}

/** Encodes a number that is not negative, from its bytes, of which the first may be 0. */
export function encodeInteger(bytes: Buffer): Buffer {
  const from = bytes.findIndex((byte) => byte !== 0)
  const shortest = from < 0 ? Buffer.of(0) : bytes.subarray(from)
  // A first bit that is set would make it negative.
  const sign = shortest[0]! >= 0x80 ? Buffer.of(0) : Buffer.alloc(0)
  return encodeDer(TAGS.integer, sign, shortest)
}

/** Decodes the values that follow each other. Throws a DerError. */
export function decodeDer(bytes: Buffer): DerValue[] {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!
    const { length, next } = decodeLength(bytes, at + 1)
    if (next + length > bytes.length) throw new DerError('A value is cut off.')
    values.push({ tag, content: bytes.subarray(next, next + length) })
    at = next + length
  }
  return values
}

/** Decodes the values within one that must have this tag. Throws a DerError. */
export function openDer(value: DerValue | undefined, tag: number): DerValue[] {
  return decodeDer(contentOf(value, tag))
}

/** Returns the content of a value that must have this tag. Throws a DerError. */
export function contentOf(value: DerValue | undefined, tag: number): Buffer {
  if (value?.tag !== tag)
    throw new DerError(`A value has the tag ${value?.tag ?? 'none'} in place of ${tag}.`)
  return value.content
}

function encodeLength(length: number): Buffer {
  if (length < LONG_FORM) return Buffer.of(length)
  const bytes = Buffer.alloc(MOST_LENGTH_BYTES)
  bytes.writeUInt32BE(length)
  const shortest = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
  return Buffer.concat([Buffer.of(LONG_FORM | shortest.length), shortest])
}

function decodeLength(bytes: Buffer, at: number): { length: number; next: number } {
  const first = bytes[at]
  if (first === undefined) throw new DerError('A value is cut off.')
  if (first < LONG_FORM) return { length: first, next: at + 1 }
  const count = first - LONG_FORM
  const next = at + 1 + count
  // An indefinite length, 0x80, is BER.
  if (count === 0 || count > MOST_LENGTH_BYTES || next > bytes.length)
    throw new DerError('A length is not of a form that is read here.')
  return { length: bytes.readUIntBE(at + 1, count), next }
}
