/**
 * The tail of an age file that grows. An age file has whole chunks only, and a chunk can be sealed
 * only once. So what does not fill a chunk yet lies in a file beside it, in two slots that are
 * written by turns (tail-writer.ts): one of them is always whole.
 *
 * A slot has records. Each begins a page: sequence number (6 bytes), number of the chunk that its
 * content begins (6), whether it is the last chunk (1), length of its content (3), nonce (12),
 * content and tag (AES-256-GCM). All that comes before the content is authenticated. The first
 * record has the content so far, each further one what came after it. A further record also
 * authenticates the nonce of the first one and its own place, so that what an earlier use of the
 * slot has left is none.
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
/** Writing a record touches no page of another one. */
const PAGE_BYTES = 4_096
const SLOT_BYTES = 17 * PAGE_BYTES

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

/** A slot, as its further records need to know it. */
export interface Slot {
  sequence: number
  chunk: number
  nonce: Buffer
  /** How much of the chunk it has. */
  bytes: number
  /** Where its next record goes. */
  end: number
}

/** Writes a tail as the only record of its slot, and does not force it to disk. */
export async function writeTail(file: FileHandle, key: Buffer, tail: Tail): Promise<Slot> {
  const { sequence, chunk, content } = tail
  const head = recordHead(tail)
  const record = sealRecord(key, head, NOTHING, content)
  await writeFully(file, record, slotAt(sequence))
  const nonce = head.subarray(NONCE_AT)
  return { sequence, chunk, nonce, bytes: content.length, end: pageAfter(record.length) }
}

/** Whether a slot has room for a further record with so much content. */
export const hasRoom = ({ end }: Slot, bytes: number): boolean =>
  end + HEAD_BYTES + bytes + TAG_BYTES <= SLOT_BYTES

/** Adds content to a slot, and does not force it to disk. */
export async function writeMore(
  file: FileHandle,
  key: Buffer,
  slot: Slot,
  content: Buffer,
): Promise<Slot> {
  const { sequence, chunk, end } = slot
  const head = recordHead({ sequence, chunk, isLast: false, content })
  const record = sealRecord(key, head, placeOf(slot.nonce, end), content)
  await writeFully(file, record, slotAt(sequence) + end)
  return { ...slot, bytes: slot.bytes + content.length, end: pageAfter(end + record.length) }
}

/** Reads the tails that are whole, the newest first. */
export async function readTails(file: FileHandle, key: Buffer): Promise<Tail[]> {
  const slots = await Promise.all(
    [0, 1].map(async (sequence) => {
      const slot = Buffer.alloc(SLOT_BYTES)
      const { bytesRead } = await file.read(slot, 0, SLOT_BYTES, slotAt(sequence))
      return openSlot(key, slot.subarray(0, bytesRead))
    }),
  )
  return slots.flatMap((tail) => tail ?? []).sort((a, b) => b.sequence - a.sequence)
}

/** Whether tails with these sequence numbers lie in the same slot. */
export const isSameSlot = (a: number, b: number): boolean => slotAt(a) === slotAt(b)

const slotAt = (sequence: number): number => (sequence % 2) * SLOT_BYTES

const NOTHING = Buffer.alloc(0)

const pageAfter = (at: number): number => Math.ceil(at / PAGE_BYTES) * PAGE_BYTES

function recordHead({ sequence, chunk, isLast, content }: Tail): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUIntBE(sequence, 0, 6)
  head.writeUIntBE(chunk, 6, 6)
  head.writeUInt8(isLast ? 1 : 0, 12)
  head.writeUIntBE(content.length, 13, 3)
  randomBytes(HEAD_BYTES - NONCE_AT).copy(head, NONCE_AT)
  return head
}

/** The place of a further record: the nonce of the first one, and where it lies in the slot. */
function placeOf(firstNonce: Buffer, at: number): Buffer {
  const place = Buffer.alloc(firstNonce.length + 3)
  firstNonce.copy(place)
  place.writeUIntBE(at, firstNonce.length, 3)
  return place
}

function sealRecord(key: Buffer, head: Buffer, place: Buffer, content: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(NONCE_AT))
  cipher.setAAD(Buffer.concat([head, place]))
  return Buffer.concat([head, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

function openSlot(key: Buffer, slot: Buffer): Tail | undefined {
  const first = openRecord(key, slot, NOTHING)
  if (first === undefined) return undefined
  const { sequence, chunk, isLast } = first
  const contents = [first.content]
  for (let at = pageAfter(first.end); !isLast; ) {
    const more = openRecord(key, slot.subarray(at), placeOf(first.nonce, at))
    if (more === undefined) break
    contents.push(more.content)
    at += pageAfter(more.end)
  }
  return { sequence, chunk, isLast, content: Buffer.concat(contents) }
}

/** Opens the record that begins here; undefined when there is no whole one. */
function openRecord(key: Buffer, from: Buffer, place: Buffer) {
  if (from.length < HEAD_BYTES + TAG_BYTES) return undefined
  const head = from.subarray(0, HEAD_BYTES)
  const nonce = head.subarray(NONCE_AT)
  const contentEnd = HEAD_BYTES + head.readUIntBE(13, 3)
  const end = contentEnd + TAG_BYTES
  if (contentEnd - HEAD_BYTES > CHUNK_BYTES || from.length < end) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    decipher.setAAD(Buffer.concat([head, place])).setAuthTag(from.subarray(contentEnd, end))
    const content = Buffer.concat([
      decipher.update(from.subarray(HEAD_BYTES, contentEnd)),
      decipher.final(),
    ])
    return {
      sequence: head.readUIntBE(0, 6),
      chunk: head.readUIntBE(6, 6),
      isLast: head.readUInt8(12) === 1,
      content,
      nonce,
      end,
    }
  } catch {
    // It was being written when the recorder died.
    return undefined
  }
}
