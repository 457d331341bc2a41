import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readMedia, rememberIdentity } from '../../../lab/unsealed.ts'
import { SegmentWriter } from '../../../src/actors/segment/segment-writer.ts'
import { createIdentity } from '../../../src/age/identity.ts'
import { RecorderError } from '../../../src/contract/errors.ts'
import { holdThread } from '../../support/hold-thread.ts'
import { assertWithin } from '../../support/machine.ts'
import { eventually, suite } from '../../support/suite.ts'
import { sha256Of } from '../support/media-files.ts'

suite('a segment writer', (test) => {
  const scratch = mkdtempSync(join(tmpdir(), 'f2f-writer-'))
  const identity = createIdentity()
  rememberIdentity(identity)
  test.after(() => rmSync(scratch, { recursive: true }))

  function writer(path: string, limits = {}) {
    const reported: (string | Error)[] = []
    const events = {
      started: () => void reported.push('started'),
      failed: (error: Error) => void reported.push(error),
    }
    return { reported, writer: new SegmentWriter(path, identity, events, limits) }
  }

  test('forces the file to disk often enough for a power cut to lose at most a second', async () => {
    const begun = performance.now()
    let file: SegmentWriter | undefined
    await new Promise<number>((synced, failed) => {
      file = new SegmentWriter(join(scratch, 'synced', 'a.ogg.age'), identity, {
        started() {},
        synced,
        failed,
      })
      file.write(randomBytes(100))
    })
    assertWithin(performance.now() - begun, 600, 'forced to disk')
    await file?.discard()
  })

  const unlessLinux = process.platform === 'linux' ? null : 'the folders are known by /proc'
  test.unless(
    unlessLinux,
    'a short one is kept through a power cut, too: its names are on disk',
    async () => {
      const folder = join(scratch, 'short', 'recording')
      mkdirSync(folder, { recursive: true })
      const synced = await recordSyncs()
      try {
        const { writer: file } = writer(join(folder, 'mic-1.ogg.age'))
        file.write(randomBytes(100))
        await file.finish()
      } finally {
        synced.end()
      }
      assert.deepEqual(synced.paths.slice(-2), [folder, join(scratch, 'short')])
    },
  )

  /** Records the path of everything that is forced to disk. */
  async function recordSyncs() {
    const handle = await open(scratch, 'r')
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const { sync } = prototype
    const paths: string[] = []
    prototype.sync = function (this: FileHandle) {
      paths.push(readlinkSync(`/proc/self/fd/${this.fd}`))
      return sync.call(this)
    }
    const end = () => {
      prototype.sync = sync
    }
    return { paths, end }
  }

  test('fails when its file is deleted, and does not finish what nobody could read', async () => {
    const path = join(scratch, 'deleted', 'mic-1.ogg.age')
    const { writer: file, reported } = writer(path)
    const write = setInterval(() => file.write(randomBytes(100)), 50)
    try {
      await eventually('it is written', () => reported[0] === 'started')
      rmSync(path)
      await eventually('its failure', () => reported[1] instanceof Error)
    } finally {
      clearInterval(write)
    }
    await assert.rejects(file.finish(), /deleted/)
  })

  test('does not take a recorder that was held for a disk that does not answer', async () => {
    const path = join(scratch, 'held', 'a.ogg.age')
    const { writer: file, reported } = writer(path, { operationMs: 200 })
    file.write(randomBytes(100))
    // Now the file is being created.
    for (let turn = 0; turn < 3; turn++) await null
    holdThread(400)
    const { bytes } = await file.finish()
    assert.equal(bytes, 100)
    assert.deepEqual(reported, ['started'])
  })

  test('writes everything in order and hashes it, also what comes during a write', async () => {
    const path = join(scratch, 'order', 'a', 'file.ogg.age')
    const { writer: file, reported } = writer(path)
    const chunks = Array.from({ length: 200 }, () =>
      randomBytes(1 + Math.floor(Math.random() * 5_000)),
    )
    for (const [index, chunk] of chunks.entries()) {
      file.write(chunk)
      if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const stored = await file.finish()
    const whole = Buffer.concat(chunks)
    assert.deepEqual(readMedia(path), whole)
    const storedSha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    assert.deepEqual(stored, { bytes: whole.length, sha256: sha256Of(path), storedSha256 })
    assert.deepEqual(reported, ['started'])
  })

  test('creates the file with the first bytes, for its owner only', async () => {
    const folder = join(scratch, 'modes', 'recording')
    const { writer: file } = writer(join(folder, 'file.ogg.age'))
    assert.equal(existsSync(folder), false)
    file.write(Buffer.from('media'))
    await file.finish()
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder, 'file.ogg.age')).mode & 0o777, 0o600)
  })

  test('fails when the disk is too slow, instead of filling the memory', async () => {
    const { writer: file, reported } = writer(join(scratch, 'bound', 'file.ogg.age'), {
      queueBytes: 1_000,
    })
    file.write(Buffer.alloc(600))
    file.write(Buffer.alloc(600))
    const [error] = reported
    assert.ok(error instanceof RecorderError && error.code === 'STORAGE_UNAVAILABLE')
    file.write(Buffer.alloc(600))
    assert.equal(reported.length, 1, 'it fails once')
    await assert.rejects(file.finish(), (reason) => reason === error)
  })

  test('does not discard an older file, which it did not create', async () => {
    const path = join(scratch, 'older.ogg.age')
    writeFileSync(path, 'an older recording')
    const { writer: file, reported } = writer(path)
    file.write(randomBytes(100))
    await eventually('the file cannot be created', () => reported.length > 0)
    assert.equal((reported[0] as NodeJS.ErrnoException).code, 'EEXIST')
    await file.discard()
    assert.equal(readFileSync(path, 'utf8'), 'an older recording')
  })

  test('discards its file during a write, and the folder only when that is empty', async () => {
    const folder = join(scratch, 'discard')
    mkdirSync(folder)
    const [first, second] = ['first', 'second'].map(
      (name) => writer(join(folder, `${name}.age`)).writer,
    )
    first!.write(Buffer.alloc(100_000))
    second!.write(Buffer.alloc(100_000))
    await new Promise((resolve) => setImmediate(resolve))
    await first!.discard()
    await second!.finish()
    assert.deepEqual(readdirSync(folder), ['second.age'])
    await second!.discard()
    assert.equal(existsSync(folder), false)
  })
})
