import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from '../../src/age/chunks.ts'
import { GrowingFile } from '../../src/age/growing-file.ts'
import { createIdentity } from '../../src/age/identity.ts'
import { InterruptedFile } from '../../src/age/interrupted-file.ts'
import { decryptAge } from '../../src/age/sealer.ts'
import { suite } from '../support/suite.ts'
import { ageProblem, openWithAge } from './support/age-program.ts'

const noAge = ageProblem()
/** A file and its tail at a moment, and how much of the content was forced to disk. */
interface Moment {
  file: Buffer
  tail: Buffer
  appended: number
  synced: number
}

suite('an age file that was being written', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-growing-'))
  const identity = createIdentity()
  const path = join(folder, 'mic-000001.ogg.age')
  const tailFile = join(folder, 'mic-000001.ogg.tail')
  const content = randomBytes(3 * CHUNK_BYTES)
  let moments: Moment[] = []

  const clear = (): void => {
    for (const file of [path, tailFile, `${tailFile}.copy`]) rmSync(file, { force: true })
  }
  const put = ({ file, tail }: Pick<Moment, 'file' | 'tail'>): void => {
    clear()
    writeFileSync(path, file)
    writeFileSync(tailFile, tail)
  }
  /** Recovers what `path` holds. `keep` of its bytes, all by default. */
  const recover = async (keep = (total: number) => total): Promise<Buffer | null> => {
    const interrupted = await InterruptedFile.open(path, identity)
    if (interrupted === undefined) return null
    try {
      let total = 0
      for await (const bytes of interrupted.read()) total += bytes.length
      if (keep(total) === 0) return null
      const storedSha256 = await interrupted.finish(keep(total))
      const file = readFileSync(path)
      assert.equal(createHash('sha256').update(file).digest('hex'), storedSha256)
      assert.equal(existsSync(tailFile), false)
      return decryptAge(file, identity)
    } finally {
      await interrupted.close()
    }
  }
  /** Writes the content in these steps, and keeps every moment. */
  const write = async (steps: readonly number[], syncEvery: number): Promise<void> => {
    clear()
    moments = []
    const growing = await GrowingFile.create(path, identity, (file) => open(file, 'wx+', 0o600))
    let appended = 0
    let synced = 0
    for (const [index, length] of steps.entries()) {
      await growing.append(content.subarray(appended, appended + length))
      appended += length
      if (index % syncEvery === syncEvery - 1) {
        await growing.sync()
        synced = appended
      }
      moments.push({ file: readFileSync(path), tail: readFileSync(tailFile), appended, synced })
    }
    await growing.close()
  }
  test.after(() => rmSync(folder, { recursive: true }))

  test('is a whole age file after its end', async () => {
    for (const length of [1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]) {
      clear()
      const growing = await GrowingFile.create(path, identity, (file) => open(file, 'wx+', 0o600))
      for (let at = 0; at < length; at += 10_000)
        await growing.append(content.subarray(at, Math.min(at + 10_000, length)))
      const storedSha256 = await growing.finish()
      const file = readFileSync(path)
      assert.equal(createHash('sha256').update(file).digest('hex'), storedSha256)
      assert.deepEqual(decryptAge(file, identity), content.subarray(0, length))
      assert.equal(existsSync(tailFile), false)
      assert.equal(statSync(path).mode & 0o077, 0)
    }
  })

  test('loses nothing when its process dies, at whatever moment', async () => {
    await write(
      Array.from({ length: 70 }, (_, i) => 1_500 + 40 * i),
      3,
    )
    for (const moment of moments) {
      put(moment)
      assert.deepEqual(await recover(), content.subarray(0, moment.appended))
    }
  })

  test.unless(noAge, 'is read by the age program after its recovery', async () => {
    for (const moment of moments.filter((_, index) => index % 10 === 9)) {
      put(moment)
      await recover()
      assert.deepEqual(openWithAge(path, identity), content.subarray(0, moment.appended))
    }
  })

  test('loses only what was not forced to disk, wherever a power cut tears its file', async () => {
    await write(
      Array.from({ length: 30 }, () => 7_001),
      4,
    )
    for (const [index, { file, tail, synced }] of moments.entries()) {
      const before = moments.findLast((one) => one.synced === synced && one.appended === synced)
      if (before === undefined) continue
      // Of what came after the last sync, any part may have reached the disk.
      for (let length = before.file.length; length <= file.length; length += 499)
        for (const some of [tail, before.tail, torn(tail, before.tail, index)]) {
          put({ file: file.subarray(0, length), tail: some })
          const recovered = (await recover()) as Buffer
          assert.ok(recovered.length >= synced, `${recovered.length} of ${synced}`)
          assert.deepEqual(recovered, content.subarray(0, recovered.length))
        }
    }
  })

  test('at every byte around the end of a chunk', async () => {
    await write([CHUNK_BYTES - 20, 10, 10, 1, 9, 50], 2)
    const last = moments.at(-1) as Moment
    // Room for a chunk is reserved behind it.
    const chunkEnd = last.file.length - SEALED_CHUNK_BYTES
    for (let length = chunkEnd - 40; length <= chunkEnd; length++)
      for (const { tail, appended } of moments) {
        put({ file: last.file.subarray(0, length), tail })
        const recovered = (await recover()) ?? Buffer.alloc(0)
        assert.deepEqual(recovered, content.subarray(0, recovered.length))
        // Without the whole chunk, only a tail that begins with it has its content.
        if (length === chunkEnd) assert.ok(recovered.length >= CHUNK_BYTES)
        else if (appended <= CHUNK_BYTES) assert.equal(recovered.length, appended)
      }
  })

  test('ends with the same bytes when its recovery is interrupted, at whatever step', async () => {
    await write([CHUNK_BYTES + 500, CHUNK_BYTES, 3_000], 1)
    const moment = moments.at(-1) as Moment
    for (const keep of [moment.appended, 2 * CHUNK_BYTES, CHUNK_BYTES + 7, 900]) {
      const cut = (total: number) => Math.min(total, keep)
      put(moment)
      linkSync(tailFile, `${tailFile}.copy`)
      await recover(cut)
      const done = readFileSync(path)
      const tail = readFileSync(`${tailFile}.copy`)
      const number = Math.floor((keep - 1) / CHUNK_BYTES)
      const payloadAt = moment.file.length - 3 * SEALED_CHUNK_BYTES
      const endAt = payloadAt + number * SEALED_CHUNK_BYTES
      // The tail is written; any part of the end is written over what was there; the rest is cut.
      const states = [moment.file]
      for (let length = endAt; length <= done.length; length += length < endAt + 40 ? 1 : 1_009)
        states.push(Buffer.concat([done.subarray(0, length), moment.file.subarray(length)]))
      states.push(done)
      for (const file of states) {
        put({ file, tail })
        assert.deepEqual(await recover(cut), content.subarray(0, keep))
        assert.ok(readFileSync(path).equals(done), `${file.length} bytes, keeping ${keep}`)
      }
      // Its tail is removed, and the log does not know it yet.
      clear()
      writeFileSync(path, done)
      assert.deepEqual(await recover(), content.subarray(0, keep))
      assert.ok(readFileSync(path).equals(done))
    }
  })

  test('is left as it is when its beginning was damaged, and minutes of it are whole', async () => {
    clear()
    const growing = await GrowingFile.create(path, identity, (file) => open(file, 'wx+', 0o600))
    for (let i = 0; i < 34; i++) await growing.append(content.subarray(0, CHUNK_BYTES))
    await growing.close()
    const [file, tail] = [readFileSync(path), readFileSync(tailFile)]
    file[1_000]! ^= 1
    put({ file, tail })
    await assert.rejects(recover(), { name: 'SealedFileError' })
    assert.ok(readFileSync(path).equals(file) && readFileSync(tailFile).equals(tail))
  })

  test('that has not even its beginning holds nothing', async () => {
    await write([100], 1)
    const { file, tail } = moments[0] as Moment
    for (const length of [0, 10, file.length - SEALED_CHUNK_BYTES - 17]) {
      put({ file: file.subarray(0, length), tail })
      assert.equal(await recover(), null)
    }
  })
})

/** A tail of which one slot was being written. */
function torn(tail: Buffer, before: Buffer, seed: number): Buffer {
  const mixed = Buffer.from(before)
  const slot = tail.length / 2
  for (const at of [0, slot]) tail.copy(mixed, at, at, at + (seed % 10) * 400)
  return mixed
}
