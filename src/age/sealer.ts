import { randomBytes } from 'node:crypto'
import { openBeginning, type Payload } from './beginning.ts'
import {
  CHUNK_BYTES,
  openChunk,
  PAYLOAD_NONCE_BYTES,
  payloadKey,
  SEALED_CHUNK_BYTES,
  sealChunk,
} from './chunks.ts'
import { FILE_KEY_BYTES, writeHeader } from './header.ts'
import type { Identity } from './identity.ts'

/** Seals a stream of bytes as an age file, piece by piece. */
export class Sealer {
  /** The file begins with it. */
  readonly head: Buffer
  /** Seals the chunks. */
  readonly key: Buffer
  readonly #held = Buffer.alloc(CHUNK_BYTES)
  #heldBytes = 0
  #chunks = 0

  /** Each recipient can open the file. */
  constructor(recipients: readonly Buffer[]) {
    const fileKey = randomBytes(FILE_KEY_BYTES)
    const nonce = randomBytes(PAYLOAD_NONCE_BYTES)
    this.head = Buffer.concat([writeHeader(fileKey, recipients), nonce])
    this.key = payloadKey(fileKey, nonce)
  }

  /** How many chunks have been sealed so far. */
  get chunks(): number {
    return this.#chunks
  }

  /** The bytes that no sealed chunk has yet, valid until the next `push`. */
  get held(): Buffer {
    return this.#held.subarray(0, this.#heldBytes)
  }

  /**
   * Adds bytes and returns what the file goes on with: whole chunks only, and each only when
   * further bytes follow it, because the last chunk is sealed as such.
   */
  push(bytes: Buffer): Buffer[] {
    const sealed: Buffer[] = []
    for (let at = 0; at < bytes.length; ) {
      if (this.#heldBytes === CHUNK_BYTES) {
        sealed.push(sealChunk(this.key, this.#chunks++, false, this.#held))
        this.#heldBytes = 0
      }
      const copied = bytes.copy(this.#held, this.#heldBytes, at)
      this.#heldBytes += copied
      at += copied
    }
    return sealed
  }

  /** Returns the end of the file: the last chunk. */
  finish(): Buffer {
    return sealChunk(this.key, this.#chunks, true, this.held)
  }
}

/** Seals some bytes as an age file that each recipient can open. */
export function encryptAge(bytes: Buffer, recipients: readonly Buffer[]): Buffer {
  const sealer = new Sealer(recipients)
  return Buffer.concat([sealer.head, ...sealer.push(bytes), sealer.finish()])
}

/** Opens an age file in memory. Throws {@link SealedFileError}. */
export function decryptAge(file: Buffer, identity: Identity): Buffer {
  return openPayload(file, openBeginning(file, identity))
}

/** Opens all chunks of an age file. Throws {@link SealedFileError}. */
export function openPayload(file: Buffer, { key, chunksAt }: Payload): Buffer {
  const opened: Buffer[] = []
  for (let at = chunksAt, number = 0; at < file.length || number === 0; number++) {
    const next = Math.min(at + SEALED_CHUNK_BYTES, file.length)
    opened.push(openChunk(key, number, next === file.length, file.subarray(at, next)))
    at = next
  }
  return Buffer.concat(opened)
}
