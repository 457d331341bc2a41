import { hkdfSync } from 'node:crypto'

/** Derives a key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869, without salt). */
export function deriveKey(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `f2f ${purpose}`, 32))
}
