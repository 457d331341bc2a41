import { HASH_BYTES } from './hashes.ts'

/**
 * Decodes standard base64 (RFC 4648, section 4) with its padding. Undefined when it is not exactly
 * what an encoder writes.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** Decodes the base64 of a hash. Undefined when it is not one. */
export function decodeHash(text: string): Buffer | undefined {
  const bytes = decodeBase64(text)
  return bytes?.length === HASH_BYTES ? bytes : undefined
}

/**
 * Reads a decimal without leading zeros. Undefined when it is not one, or not below 2^53, which no
 * log reaches.
 */
export function parseDecimal(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : undefined
}

/** Says whether a text has the characters that a signed note may have: no control characters. */
export function isNoteText(text: string): boolean {
  // Half of a surrogate pair is no valid UTF-8.
  if (/\p{Surrogate}/u.test(text)) return false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 && code !== 0x0a) return false
  }
  return true
}
