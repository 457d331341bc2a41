import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyHome } from '../../src/audit/verify/verify-home.ts'
import type { EventOf } from '../../src/contract/events.ts'
import { resolveHome } from '../../src/home/home.ts'
import { startDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { codesOf, pythonMissing, verifyPy } from '../tools/support/verify-py.ts'

const FILE = 'screen-000001.mp4.age'
const SEALED_CHUNK_BYTES = 65_552

/** Both verifiers find just this. */
async function assertVerified(home: string, expected: string[]): Promise<void> {
  const { findings } = await verifyHome(resolveHome(home), {})
  assert.deepEqual(
    findings.map(({ code }) => code),
    expected,
  )
  if (pythonMissing() === null) assert.deepEqual(codesOf(await verifyPy(home)), expected)
}

suite('a segment that is damaged when its recorder has been killed', (test) => {
  test('plays up to the damage, and nothing behind it is lost before its recording is erased', async () => {
    const home = await mkdtemp(join(tmpdir(), 'f2f-damaged-'))
    let daemon = await startDaemon({ home })
    try {
      const { body } = await daemon.api('POST', '/recordings', { media: ['screen'] })
      const { id } = body
      const folder = join(home, 'recordings', id)
      const path = join(folder, FILE)
      const size = () => (existsSync(path) ? statSync(path).size : 0)
      await eventually('some chunks', () => size() > 5 * SEALED_CHUNK_BYTES, 20_000)
      daemon.kill()
      await daemon.exited
      const file = readFileSync(path)
      const tail = readFileSync(path.replace(/age$/, 'tail'))
      // The last chunk has only been reserved.
      file[file.length - 3 * SEALED_CHUNK_BYTES + 99]! ^= 1
      writeFileSync(path, file)

      daemon = await startDaemon({ home })
      const events = (await daemon.api('GET', `/recordings/${id}/events?limit=1000`)).body.items
      const [closed] = events.filter(
        ({ type }: { type: string }) => type === 'segment.closed',
      ) as EventOf<'segment.closed'>[]
      const { remnant } = closed!.data
      assert.ok(remnant, JSON.stringify(closed))
      const kept = readFileSync(join(folder, remnant.file))
      assert.deepEqual([kept.length, hash('sha256', kept)], [remnant.bytes, remnant.sha256])
      const before = Buffer.concat([readFileSync(path).subarray(0, remnant.at), kept])
      assert.ok(before.equals(Buffer.concat([file, tail])), 'nothing is lost')
      const played = await daemon.api('GET', `/recordings/${id}/segments/screen/1`)
      assert.equal(played.status, 200)
      await daemon.api('POST', `/recordings/${id}/close`)
      await daemon.stop()
      await assertVerified(home, [])
      kept[0]! ^= 1
      writeFileSync(join(folder, remnant.file), kept)
      await assertVerified(home, ['segmentChanged'])
      daemon = await startDaemon({ home })
      const erased = await daemon.api('POST', `/recordings/${id}/erase`, { reason: 'asked for' })
      assert.equal(erased.status, 200, JSON.stringify(erased.body))
      assert.ok(!readdirSync(join(home, 'recordings')).includes(id))
      await daemon.stop()
      await assertVerified(home, [])
    } finally {
      await daemon.stop()
      await rm(home, { recursive: true, force: true })
    }
  })
})
