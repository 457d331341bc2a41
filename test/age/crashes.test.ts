import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from '../../src/age/chunks.ts'
import { GrowingFile } from '../../src/age/growing-file.ts'
import { createIdentity, type Identity } from '../../src/age/identity.ts'
import { InterruptedFile } from '../../src/age/interrupted-file.ts'
import { decryptAge } from '../../src/age/sealer.ts'
import { suite } from '../support/suite.ts'
import { NonceRecorder } from './support/nonce-recorder.ts'
import { Crash, RecordedDisk } from './support/recorded-disk.ts'

const RUNS = 240
const STEPS = 14
/** Recovery cuts the content after its last whole unit. */
const UNIT = 700

suite('an age file, however often everything crashes', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-crashes-'))
  const path = join(folder, 'mic-000001.ogg.age')
  const tail = join(folder, 'mic-000001.ogg.tail')
  const disk = new RecordedDisk([path, tail])
  const nonces = new NonceRecorder()
  const content = randomBytes(4 * CHUNK_BYTES)
  test.before(async () => {
    await disk.start()
    nonces.start()
  })
  test.after(() => {
    nonces.stop()
    disk.stop()
    rmSync(folder, { recursive: true })
  })

  /** Writes until the disk crashes. Returns what was forced to disk, and what was appended. */
  const record = async (identity: Identity, random: () => number) => {
    const done = { appended: 0, synced: 0, isFinished: false }
    let growing: GrowingFile | undefined
    try {
      growing = await GrowingFile.create(path, identity, (file) => open(file, 'wx+', 0o600))
      // Mostly close to the end of a chunk, where it is difficult; else at its beginning, where a
      // slot of the tail gets one record after the other.
      const first =
        random() < 0.6
          ? CHUNK_BYTES * Math.ceil(random() * 2) - Math.floor(random() * 3_000)
          : 1 + Math.floor(random() * 30_000)
      for (let step = 0; step < STEPS; step++) {
        const length = step === 0 ? first : 1 + Math.floor(random() * 2_000)
        const before = done.appended
        done.appended += length
        await growing.append(content.subarray(before, done.appended))
        if (random() > 0.4) continue
        await growing.sync()
        done.synced = done.appended
      }
      await growing.finish()
      Object.assign(done, { synced: done.appended, isFinished: true })
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      await growing?.close()
    }
    return done
  }

  /** Recovers the file; null when nothing is in it. */
  const recover = async (identity: Identity): Promise<Buffer | null> => {
    const file = await InterruptedFile.open(path, identity)
    if (file === undefined) return null
    try {
      let total = 0
      for await (const bytes of file.read()) total += bytes.length
      const kept = file.hasEnd ? total : total - (total % UNIT)
      if (kept === 0) return null
      await file.finish(kept)
      return decryptAge(readFileSync(path), identity)
    } finally {
      await file.close()
    }
  }

  const run = async (seed: number): Promise<void> => {
    const random = pseudoRandom(seed)
    const identity = createIdentity()
    const isPowerCut = random() < 0.7
    disk.clear()
    disk.crashAfter(5 + Math.floor(random() * 50))
    const { appended, synced, isFinished } = await record(identity, random)
    disk.restart(isPowerCut, random)
    const lost = `run ${seed}: ${isPowerCut ? 'power cut' : 'killed'}`
    for (let attempt = 0; ; attempt++) {
      if (attempt < 4) disk.crashAfter(Math.floor(random() * 9))
      try {
        const recovered = (await recover(identity)) ?? Buffer.alloc(0)
        const { length } = recovered
        assert.ok(length > synced - UNIT, `${lost}: ${length} of ${synced} after ${attempt}`)
        assert.ok(length <= appended && (!isFinished || length === appended), lost)
        assert.ok(recovered.equals(content.subarray(0, length)), lost)
        if (length > 0) assert.equal(existsSync(tail), false)
        return
      } catch (error) {
        if (!(error instanceof Crash)) throw error
        disk.restart(random() < 0.7, random)
      }
    }
  }

  test('loses only what was not forced to disk, and repeats no nonce', async () => {
    for (let seed = 1; seed <= RUNS; seed++) await run(seed)
    assert.ok(nonces.count > 10 * RUNS, `${nonces.count} times sealed`)
    assert.deepEqual(nonces.repeated, [])
  })

  test('keeps its only copy of a chunk, when its recovery crashes as it writes', async () => {
    const identity = createIdentity()
    disk.clear()
    const growing = await GrowingFile.create(path, identity, (file) => open(file, 'wx+', 0o600))
    await growing.append(content.subarray(0, CHUNK_BYTES - 20))
    await growing.sync()
    const { length } = readFileSync(path)
    await growing.append(content.subarray(CHUNK_BYTES - 20, CHUNK_BYTES - 10))
    await growing.sync()
    await growing.append(content.subarray(CHUNK_BYTES - 10, CHUNK_BYTES + 40))
    await growing.close()
    // The newest tail reached the disk. The chunk before it did not.
    truncateSync(path, length - SEALED_CHUNK_BYTES)
    for (let attempt = 0; attempt < 2; attempt++) {
      disk.crashAfter(1)
      await assert.rejects(recover(identity), Crash)
      disk.restart(false, Math.random)
    }
    const kept = CHUNK_BYTES - 10 - ((CHUNK_BYTES - 10) % UNIT)
    assert.ok((await recover(identity))?.equals(content.subarray(0, kept)))
  })
})

/** Repeatable numbers from 0 to 1. */
function pseudoRandom(seed: number): () => number {
  let state = seed * 2_654_435_761
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
