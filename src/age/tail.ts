/**
 * The tail of an age file that grows. An age file has whole chunks only, and a chunk can be sealed
 * only once. So what does not fill a chunk yet lies in a file beside it, in two slots that are
 * written by turns: one of them is always whole.
 *
 * A slot: sequence number (6 bytes), number of the chunk that its content begins (6), whether it is
 * the last chunk (1), length of the content (3), nonce (12), content and tag (AES-256-GCM). All
 * that comes before the content is authenticated.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { writeFully } from '../disk/write-fully.ts'
import { CHUNK_BYTES } from './chunks.ts'
import type { Identity } from './identity.ts'

const HEAD_BYTES = 28
const NONCE_AT = 16
const TAG_BYTES = 16
/** A multiple of the page size, so that writing one slot never touches the other. */
const SLOT_BYTES = 69_632

/** The content of a slot. */
export interface Tail {
  sequence: number
  /** The number of the chunk of the age file that the content begins. */
  chunk: number
  /**
   * The content is the last chunk of the file, which may have been sealed already: its nonce must
   * seal nothing else.
   */
  isLast: boolean
  content: Buffer
}

/** Returns the path of the tail of an age file. */
export const tailPath = (path: string): string => path.replace(/\.age$/, '.tail')

/** Returns the key of a file's tail: its own, so that its random nonces meet no others. */
export function tailKey({ secret }: Identity, path: string): Buffer {
  const info = `f2f tail of ${basename(path)}`
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32))
}

/** Reserves the space of both slots, so that a tail finds room on a disk that is full. */
export async function reserveTail(file: FileHandle): Promise<void> {
  await writeFully(file, Buffer.alloc(2 * SLOT_BYTES), 0)
}

/** Writes a tail into its slot, and does not force it to disk. */
export async function writeTail(file: FileHandle, key: Buffer, tail: Tail): Promise<void> {
  await writeFully(file, sealTail(key, tail), slotAt(tail.sequence))
}

/** Reads the tails that are whole, the newest first. */
export async function readTails(file: FileHandle, key: Buffer): Promise<Tail[]> {
  const slots = await Promise.all(
    [0, 1].map(async (sequence) => {
      const slot = Buffer.alloc(SLOT_BYTES)
      const { bytesRead } = await file.read(slot, 0, SLOT_BYTES, slotAt(sequence))
      return openTail(key, slot.subarray(0, bytesRead))
    }),
  )
  return slots.flatMap((tail) => tail ?? []).sort((a, b) => b.sequence - a.sequence)
}

/** Whether tails with these sequence numbers lie in the same slot. */
export const isSameSlot = (a: number, b: number): boolean => slotAt(a) === slotAt(b)

const slotAt = (sequence: number): number => (sequence % 2) * SLOT_BYTES

function sealTail(key: Buffer, { sequence, chunk, isLast, content }: Tail): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUIntBE(sequence, 0, 6)
  head.writeUIntBE(chunk, 6, 6)
  head.writeUInt8(isLast ? 1 : 0, 12)
  head.writeUIntBE(content.length, 13, 3)
  randomBytes(HEAD_BYTES - NONCE_AT).copy(head, NONCE_AT)
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(NONCE_AT)).setAAD(head)
  return Buffer.concat([head, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

function openTail(key: Buffer, slot: Buffer): Tail | undefined {
  if (slot.length < HEAD_BYTES + TAG_BYTES) return undefined
  const head = slot.subarray(0, HEAD_BYTES)
  const end = HEAD_BYTES + head.readUIntBE(13, 3)
  if (end - HEAD_BYTES > CHUNK_BYTES || slot.length < end + TAG_BYTES) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(NONCE_AT)).setAAD(head)
    decipher.setAuthTag(slot.subarray(end, end + TAG_BYTES))
    const content = Buffer.concat([
      decipher.update(slot.subarray(HEAD_BYTES, end)),
      decipher.final(),
    ])
    return {
      sequence: head.readUIntBE(0, 6),
      chunk: head.readUIntBE(6, 6),
      isLast: head.readUInt8(12) === 1,
      content,
    }
  } catch {
    // It was being written when the recorder died.
    return undefined
  }
}
