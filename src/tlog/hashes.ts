import { hash } from 'node:crypto'

/** Length of every hash of the tree, in bytes. */
export const HASH_BYTES = 32

const LEAF_PREFIX = 0x00
/** The same as the first character of a text in UTF-8. */
const LEAF_PREFIX_TEXT = '\0'
const NODE_PREFIX = 0x01

/** Both hashes are copied to here, since one call that hashes all is the fastest. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX)
let leaf = Buffer.alloc(4096)

/** The root of a tree without leaves (RFC 6962, section 2.1). */
export const EMPTY_ROOT: Buffer = sha256(Buffer.alloc(0))

/**
 * Returns the leaf hash of a record: SHA-256 of 0x00 and its bytes (RFC 6962, section 2.1). A text
 * stands for its UTF-8.
 */
export function leafHash(record: Uint8Array | string): Buffer {
  // Node hashes a text without a copy of it in JavaScript.
  if (typeof record === 'string') return sha256(LEAF_PREFIX_TEXT + record)
  const length = 1 + record.length
  if (length > leaf.length) leaf = Buffer.alloc(2 * length)
  leaf[0] = LEAF_PREFIX
  leaf.set(record, 1)
  return sha256(leaf.subarray(0, length))
}

/** Returns the hash of an inner node: SHA-256 of 0x01 and both children (RFC 6962, section 2.1). */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  left.copy(node, 1)
  right.copy(node, 1 + HASH_BYTES)
  return sha256(node)
}

function sha256(bytes: Buffer | string): Buffer {
  // Node makes a string three times as fast as a buffer.
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
}
