import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readOrCreateHomeToken } from '../../src/access/home-token.ts'
import { suite } from '../support/suite.ts'

const NO_MODES = process.platform === 'win32' ? 'Windows has no file modes' : null

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777
}

suite('home token', (test) => {
  let home: string
  test.beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'f2f-token-'))
  })
  test.afterEach(async () => {
    await rm(home, { recursive: true })
  })

  test('is created at the first start and stays the same', async () => {
    const token = await readOrCreateHomeToken(home)
    assert.match(token, /^f2f_[\w-]{43}$/)
    assert.equal(await readOrCreateHomeToken(home), token)
    assert.equal((await readFile(join(home, 'token'), 'utf8')).trim(), token)
    assert.deepEqual(await readdir(home), ['token'])
  })

  test('differs from home to home', async () => {
    const token = await readOrCreateHomeToken(home)
    await rm(join(home, 'token'))
    assert.notEqual(await readOrCreateHomeToken(home), token)
  })

  test.unless(
    NO_MODES,
    'can be read by its owner only, whatever the umask, and also when it was not so before',
    async () => {
      const before = process.umask(0)
      try {
        await readOrCreateHomeToken(home)
      } finally {
        process.umask(before)
      }
      assert.equal(await modeOf(join(home, 'token')), 0o600)
      await chmod(join(home, 'token'), 0o644)
      await readOrCreateHomeToken(home)
      assert.equal(await modeOf(join(home, 'token')), 0o600)
    },
  )

  test('is never read from, or written over, a file with other content', async () => {
    for (const text of ['', 'short', `${'a'.repeat(43)} b`]) {
      await writeFile(join(home, 'token'), text)
      await assert.rejects(readOrCreateHomeToken(home), /does not contain a token. Remove the file/)
      assert.equal(await readFile(join(home, 'token'), 'utf8'), text)
    }
  })

  test('is named when something stands in its place', async () => {
    await mkdir(join(home, 'token'))
    await assert.rejects(readOrCreateHomeToken(home), /token is a folder\. Remove it/)
  })
})
