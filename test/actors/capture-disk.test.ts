import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '../support/suite.ts'
import { CaptureBench } from './support/capture-bench.ts'
import { frames, sha256Of } from './support/media-files.ts'
import { childrenWith } from './support/processes.ts'

const scratch = new CaptureBench()

/** Mounts a file system of this size; null when that is not permitted here. */
function tinyFileSystem(bytes: number): string | null {
  const folder = mkdtempSync(join(scratch.folder, 'tiny-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'f2f-test', folder], { stdio: 'ignore' })
    return folder
  } catch {
    return null
  }
}

const tiny = tinyFileSystem(262_144)

suite('capture and the disk', (test) => {
  const bench = new CaptureBench()
  test.after(async () => {
    await bench.close()
    if (tiny !== null) execFileSync('umount', [tiny])
    await scratch.close()
  })
  const noMount = tiny === null ? 'no file system can be mounted here' : null

  test.unless(noMount, 'a full disk ends the capture as STORAGE_FULL, with a whole file of what fitted', async () => {
    const platform = bench.platform({ source: 'synthetic' })
    const capture = bench.capture(platform, 'screen', tiny!)
    capture.open(await platform.resolve('screen', undefined))
    const { cause, facts, unfinished } = await capture.next('capture.ended')
    assert.ok(cause !== 'cut')
    assert.deepEqual([cause.code, cause.reason], ['STORAGE_FULL', 'storageFull'])
    assert.equal(unfinished, false)
    assert.ok(facts)
    const path = join(capture.folder, facts.file)
    assert.equal(statSync(path).size, facts.bytes)
    assert.equal(sha256Of(path), facts.sha256)
    assert.ok((await frames(path)).length > 5)
    assert.deepEqual(childrenWith('ffmpeg'), [])
  })

  test('a folder that cannot be made is STORAGE_UNAVAILABLE, also with retryUntil', async () => {
    const blocked = join(bench.folder, 'blocked')
    writeFileSync(blocked, 'a file where a folder should be')
    const platform = bench.platform({ source: 'synthetic' })
    for (const retryUntil of [undefined, Date.now() + 60_000]) {
      const capture = bench.capture(platform, 'mic', blocked)
      capture.open(await platform.resolve('mic', undefined), 1, retryUntil)
      const { cause, facts, unfinished } = await capture.next('capture.ended')
      assert.equal(cause !== 'cut' && cause.code, 'STORAGE_UNAVAILABLE')
      assert.equal(unfinished, false)
      assert.equal(facts, null)
    }
  })
})
