import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ballast } from '../../src/store/ballast.ts'
import { suite } from '../support/suite.ts'
import { noSmallDisk, withSmallDisk } from './support/mounts.ts'

const MB = 1_048_576

suite('the ballast', (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'f2f-ballast-'))
  const file = join(folder, 'log.ballast')
  test.after(() => rmSync(folder, { recursive: true }))

  test('occupies real disk space, for the user only, and frees it on release', async () => {
    const ballast = new Ballast(file, MB)
    assert.equal(await ballast.ensure(), true)
    const { size, blocks, mode } = statSync(file)
    assert.equal(size, MB)
    if (process.platform !== 'win32') {
      assert.ok(blocks * 512 >= MB, `${blocks} blocks`)
      assert.equal(mode & 0o777, 0o600)
    }
    assert.equal(await ballast.release(), true)
    assert.throws(() => statSync(file), /ENOENT/)
    assert.equal(await ballast.release(), false, 'nothing is left to release')
  })

  test('is written again when its file is too short or has holes', async () => {
    writeFileSync(file, 'short')
    assert.equal(await new Ballast(file, MB).ensure(), true)
    assert.equal(statSync(file).size, MB)
    rmSync(file)
    writeFileSync(file, '')
    truncateSync(file, MB)
    assert.equal(await new Ballast(file, MB).ensure(), true)
    if (process.platform !== 'win32') assert.ok(statSync(file).blocks * 512 >= MB)
  })

  test('leaves no file when it is released while being written', async () => {
    rmSync(file, { force: true })
    const ballast = new Ballast(file, 8 * MB)
    const ensured = ballast.ensure()
    const released = ballast.release()
    assert.equal(await ensured, false)
    await released
    assert.throws(() => statSync(file), /ENOENT/)
  })

  test.unless(noSmallDisk, 'leaves no file when there is no space for it', () =>
    withSmallDisk(MB, async (mount) => {
      assert.equal(await new Ballast(join(mount, 'log.ballast'), 2 * MB).ensure(), false)
      assert.throws(() => statSync(join(mount, 'log.ballast')), /ENOENT/)
    }),
  )
})
