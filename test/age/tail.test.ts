import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHUNK_BYTES } from '../../src/age/chunks.ts'
import { readTails, reserveTail } from '../../src/age/tail.ts'
import { TailWriter } from '../../src/age/tail-writer.ts'
import { suite } from '../support/suite.ts'

const SLOT_BYTES = 69_632
/** A second of sound, written four times. */
const PIECE_BYTES = 2_000

suite('the tail of an age file', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-tail-'))
  const key = randomBytes(32)
  const content = randomBytes(CHUNK_BYTES)
  const opened: FileHandle[] = []
  test.after(async () => {
    for (const file of opened) await file.close()
    rmSync(folder, { recursive: true })
  })

  /** Creates an empty tail. */
  const create = async () => {
    const file = await open(join(folder, `${opened.length}.tail`), 'wx+', 0o600)
    opened.push(file)
    await reserveTail(file)
    const newest = async () => (await readTails(file, key))[0]
    return { file, tail: new TailWriter(file, key), newest }
  }

  test('is as long as the chunk so far, after each write', async () => {
    const { tail, newest } = await create()
    for (let bytes = PIECE_BYTES; bytes <= CHUNK_BYTES; bytes += PIECE_BYTES) {
      await tail.write(3, content.subarray(0, bytes))
      if (bytes % (2 * PIECE_BYTES) === 0) await tail.sync()
      const found = await newest()
      assert.equal(found?.chunk, 3)
      assert.ok(found.content.equals(content.subarray(0, bytes)), `${bytes} bytes`)
    }
  })

  test('costs little more than what is new: a chunk of sound is not sealed again each time', async () => {
    const { file, tail } = await create()
    const written = countWrites(file)
    for (let bytes = PIECE_BYTES; bytes <= CHUNK_BYTES; bytes += PIECE_BYTES) {
      await tail.write(0, content.subarray(0, bytes))
      await tail.sync()
    }
    // All of it each time would be 16 times the chunk.
    assert.ok(written.bytes < 5 * CHUNK_BYTES, `${written.bytes} bytes`)
  })

  test('leaves alone what was forced to disk, until something newer was', async () => {
    const { file, tail } = await create()
    await tail.write(0, content.subarray(0, 9_000))
    await tail.sync()
    const forced = await bytesOf(file, 0, 12_288)
    await tail.write(0, content.subarray(0, 10_000))
    await tail.write(1, content.subarray(0, 500))
    await tail.write(2, content.subarray(0, 700))
    assert.deepEqual(await bytesOf(file, 0, 12_288), forced)
    await tail.sync()
    await tail.write(3, content.subarray(0, 900))
    assert.notDeepEqual(await bytesOf(file, 0, 12_288), forced)
  })

  test('has nothing of what an earlier use of its slot left', async () => {
    const { tail, newest } = await create()
    // Nothing is forced to disk: all goes to the same slot, with the same sequence number.
    await tail.write(7, content.subarray(0, 100))
    await tail.write(7, content.subarray(0, 200))
    await tail.write(8, content.subarray(0, 50))
    await tail.write(7, content.subarray(0, 60))
    assert.ok((await newest())?.content.equals(content.subarray(0, 60)))
  })

  test('ends before a record that was changed or moved', async () => {
    const { file, tail, newest } = await create()
    for (const bytes of [100, 200, 300]) await tail.write(0, content.subarray(0, bytes))
    const third = await bytesOf(file, 8_192, 4_096)
    await file.write(third, 0, third.length, 4_096)
    assert.ok((await newest())?.content.equals(content.subarray(0, 100)))
  })

  test('of an earlier version is read: one record, over the rest of longer ones', async () => {
    const { file } = await create()
    await file.write(randomBytes(SLOT_BYTES), 0, SLOT_BYTES, 0)
    const record = formerRecord(key, 4, 9, content.subarray(0, 5_000))
    await file.write(record, 0, record.length, 0)
    const found = await readTails(file, key)
    assert.equal(found.length, 1)
    assert.deepEqual(found[0], {
      sequence: 4,
      chunk: 9,
      isLast: false,
      content: content.subarray(0, 5_000),
    })
  })
})

function countWrites(file: FileHandle): { bytes: number } {
  const written = { bytes: 0 }
  const write = file.write.bind(file) as (...args: unknown[]) => Promise<{ bytesWritten: number }>
  const counting = async (...args: unknown[]) => {
    const result = await write(...args)
    written.bytes += result.bytesWritten
    return result
  }
  Object.assign(file, { write: counting })
  return written
}

async function bytesOf(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  await file.read(bytes, 0, length, at)
  return bytes
}

/** A slot as the recorder wrote it before a slot could have several records. */
function formerRecord(key: Buffer, sequence: number, chunk: number, content: Buffer): Buffer {
  const head = Buffer.alloc(28)
  head.writeUIntBE(sequence, 0, 6)
  head.writeUIntBE(chunk, 6, 6)
  head.writeUIntBE(content.length, 13, 3)
  randomBytes(12).copy(head, 16)
  const cipher = createCipheriv('aes-256-gcm', key, head.subarray(16)).setAAD(head)
  return Buffer.concat([head, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}
