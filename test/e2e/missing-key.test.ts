import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { loseMasterKey } from '../support/master-key.ts'
import { eventually, suite } from '../support/suite.ts'

/** The hashes of all files of recordings and keys, by their names. */
async function filesOf(home: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const folder of ['keys', 'recordings'])
    for (const entry of await readdir(join(home, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const path = join(entry.parentPath, entry.name)
        hashes[path] = createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      }
  return hashes
}

const start = (daemon: TestDaemon) =>
  daemon.api('POST', '/recordings', { media: ['mic'], wrapUpSeconds: 3600 })

suite('a daemon whose master key is missing', (test) => {
  test(
    'reads, refuses to record, changes nothing, and goes on when the key is back',
    async () => {
      const first = await startDaemon()
      const { home } = first
      const { id } = (await start(first)).body
      // Its files are left unfinished.
      first.kill()
      await first.exited
      const bringBack = await loseMasterKey(home)
      const before = await filesOf(home)

      const daemon = await startDaemon({ home })
      try {
        const refused = await start(daemon)
        assert.deepEqual([refused.status, refused.body.code], [503, 'KEY_UNAVAILABLE'])
        assert.match(refused.body.remedy, /f2f key restore/)
        const { state, errors, storage } = (await daemon.api('GET', '/application')).body
        assert.deepEqual([state, storage.log], ['Error', 'readOnly'])
        assert.deepEqual(
          errors.map(({ code }: { code: string }) => code),
          ['KEY_UNAVAILABLE'],
        )
        const { ready, checks } = (await daemon.api('GET', '/readiness?media=mic')).body
        const key = checks.find(({ id }: { id: string }) => id === 'key')
        assert.deepEqual([ready, key.result], [false, 'fail'])
        assert.match(key.detail, /file of the master key is missing/)
        assert.match((await daemon.api('GET', '/keys')).body.problem, /is missing/)
        assert.equal((await daemon.api('POST', '/keys/rotate', {})).status, 503)
        assert.deepEqual(await filesOf(home), before)

        await bringBack()
        await eventually('a finished recovery', async () => {
          const { tracks } = (await daemon.api('GET', `/recordings/${id}`)).body
          return tracks?.mic?.state === 'stopped'
        })
        const again = await eventually('a start', async () => {
          const answer = await start(daemon)
          return answer.status === 201 && answer
        })
        assert.notEqual(again.body.id, id)
        assert.deepEqual((await daemon.api('GET', '/application')).body.errors, [])
        const events = (await daemon.api('GET', `/recordings/${id}/events?limit=500`)).body.items
        assert.ok(events.some(({ type }: { type: string }) => type === 'recording.interrupted'))
      } finally {
        assert.equal(await daemon.stop(), 0)
      }
    },
    { limitMs: 60_000 },
  )

  test('a second daemon on the same home leaves its keys alone', async () => {
    const first = await startDaemon()
    const draft = join(first.home, 'keys', 'being-written.key.json.new')
    await writeFile(draft, 'a key that the first one is writing')
    await assert.rejects(startDaemon({ home: first.home }))
    assert.match(await readFile(draft, 'utf8'), /being|first one/)
    await first.stop()
    await (await startDaemon({ home: first.home })).stop()
    await assert.rejects(readFile(draft), { code: 'ENOENT' })
  })

  test('says so at once when the key disappears while it runs, and can replace it', async () => {
    const daemon = await startDaemon()
    try {
      assert.equal((await daemon.api('GET', '/keys')).body.problem, null)
      await loseMasterKey(daemon.home)
      assert.match((await daemon.api('GET', '/keys')).body.problem, /f2f key rotate/)
      assert.equal((await daemon.api('POST', '/keys/rotate', {})).status, 202)
      const { masterKey } = await eventually('a new master key', async () => {
        const { body } = await daemon.api('GET', '/keys')
        return body.rotation === null && body.problem === null && body
      })
      assert.ok((await readdir(join(daemon.home, 'keys'))).includes(`master-${masterKey.id}.key`))
    } finally {
      await daemon.stop()
    }
  })
})
