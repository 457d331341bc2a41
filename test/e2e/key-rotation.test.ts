import assert from 'node:assert/strict'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHomeKeys } from '../../lab/home-keys.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'

const KEYS = 400

const rotationOf = async (daemon: TestDaemon) => (await daemon.api('GET', '/keys')).body.rotation

suite('a rotation of the master key', (test) => {
  test(
    'that kill -9 interrupts goes on at the next start, while something is recorded',
    async () => {
      const home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
      const before = await openHomeKeys(home)
      const ids = Array.from({ length: KEYS }, (_, index) => `recording-${index}`)
      for (const id of ids) {
        await mkdir(join(home, 'recordings', id))
        await before.create(id)
      }
      const first = await startDaemon({ home })
      const { masterKey } = (await first.api('GET', '/keys')).body
      const { status, body } = await first.api('POST', '/keys/rotate', {})
      assert.equal(status, 202)
      assert.equal(body.rotation.from, masterKey.id)
      await eventually('some keys that are wrapped', async () => {
        const rotation = await rotationOf(first)
        assert.ok(rotation, 'it is not over yet')
        return rotation.done > 0
      })
      first.kill()
      await first.exited

      const second = await startDaemon({ home })
      const started = await second.api('POST', '/recordings', { media: ['mic'] })
      assert.equal(started.status, 201)
      await eventually('its end', async () => (await rotationOf(second)) === null, 30_000)
      assert.equal((await second.api('POST', '/recordings/current/stop', {})).status, 200)
      await second.stop()

      const after = await openHomeKeys(home)
      assert.equal(after.problem, undefined)
      const now = await after.status()
      assert.notEqual(now.masterKey?.id, masterKey.id)
      assert.equal(now.recordings, KEYS + 1)
      for (const id of ids) assert.deepEqual(after.keysOf(id), before.keysOf(id))
      assert.ok(after.keysOf(started.body.id))
    },
    { limitMs: 90_000 },
  )
})
