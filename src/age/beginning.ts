import type { FileHandle } from 'node:fs/promises'
import { PAYLOAD_NONCE_BYTES, payloadKey } from './chunks.ts'
import { MOST_HEADER_BYTES, readHeader } from './header.ts'
import type { Identity } from './identity.ts'
import { SealedFileError } from './sealed-file-error.ts'

/** The payload of an age file, behind its beginning. */
export interface Payload {
  /** Opens the chunks. */
  key: Buffer
  /** Where the chunks begin in the file. */
  chunksAt: number
}

/** Reads the first bytes of an age file: enough for {@link openBeginning}. */
export async function readBeginning(file: FileHandle): Promise<Buffer> {
  const bytes = Buffer.alloc(MOST_HEADER_BYTES + PAYLOAD_NONCE_BYTES)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
  return bytes.subarray(0, bytesRead)
}

/** Whether these first bytes have all that comes before the chunks, as far as their form tells. */
export function isWholeBeginning(beginning: Buffer): boolean {
  const { 0: header, index = 0 } = /\n--- \S+\n/.exec(beginning.toString('latin1')) ?? {}
  return header !== undefined && index + header.length + PAYLOAD_NONCE_BYTES <= beginning.length
}

/**
 * Opens the beginning of an age file. Throws {@link SealedFileError} when it is damaged, not whole,
 * or not sealed for the identity.
 */
export function openBeginning(beginning: Buffer, identity: Identity): Payload {
  const { fileKey, end } = readHeader(beginning, identity)
  return payloadBehind(beginning, end, fileKey)
}

/** Finds the payload behind a header that was opened. Throws {@link SealedFileError}. */
export function payloadBehind(beginning: Buffer, headerEnd: number, fileKey: Buffer): Payload {
  const chunksAt = headerEnd + PAYLOAD_NONCE_BYTES
  if (beginning.length < chunksAt) throw new SealedFileError('The file ends within its beginning.')
  return { key: payloadKey(fileKey, beginning.subarray(headerEnd, chunksAt)), chunksAt }
}
