import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { cp, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyHome } from '../../../src/audit/verify/verify-home.ts'
import { resolveHome } from '../../../src/home/home.ts'
import { withSmallDisk } from '../../store/support/mounts.ts'
import { suite } from '../../support/suite.ts'
import { eventsOf, makeHome, recordsOf } from '../../tools/support/signed-home.ts'

/** Root may write wherever permissions forbid it; a folder that is immutable keeps it out, too. */
const isRoot = process.getuid?.() === 0

/** Lets nobody write into a folder, or lets them again. Returns whether that is possible here. */
function lock(folder: string, isLocked: boolean): boolean {
  if (isRoot) return spawnSync('chattr', [isLocked ? '+i' : '-i', folder]).status === 0
  chmodSync(folder, isLocked ? 0o500 : 0o700)
  return true
}

suite('verifying a stopped home', (test) => {
  let folder: string
  test.beforeEach(async () => {
    folder = await makeHome(recordsOf(eventsOf(20)))
  })
  test.afterEach(() => rm(folder, { recursive: true, force: true }))

  const findings = async () => (await verifyHome(resolveHome(folder), {})).findings

  test('leaves nothing behind, and changes nothing', async () => {
    const before = await readdir(folder, { recursive: true })
    assert.deepEqual(await findings(), [])
    assert.deepEqual(await readdir(folder, { recursive: true }), before)
  })

  test('works where nothing can be written', async () => {
    if (!lock(folder, true)) return
    try {
      await assert.rejects(mkdir(join(folder, 'x')), /EPERM|EACCES/)
      assert.deepEqual(await findings(), [])
    } finally {
      lock(folder, false)
    }
  })

  test.unless(isRoot ? null : 'only root mounts a disk', 'works on a full disk', () =>
    withSmallDisk(8_000_000, async (mount) => {
      await cp(folder, mount, { recursive: true })
      const home = resolveHome(mount)
      const file = await open(join(mount, 'fill'), 'wx')
      try {
        await assert.rejects(async () => {
          for (;;) await file.appendFile(Buffer.alloc(4_096))
        }, /ENOSPC/)
        const before = await readdir(mount, { recursive: true })
        assert.deepEqual((await verifyHome(home, {})).findings, [])
        assert.deepEqual(await readdir(mount, { recursive: true }), before)
      } finally {
        await file.close()
      }
    }),
  )

  test('says that an opening was interrupted, and not that nothing was recorded', async () => {
    await rename(join(folder, 'log'), join(folder, 'log.opening'))
    await assert.rejects(findings(), /opening of the log was interrupted.*Start the recorder/)
    await rm(join(folder, 'log.opening'), { recursive: true })
    await assert.rejects(findings(), /The home has no log, although.*log\.witness.*backup/)
    await rm(join(folder, 'log.witness'))
    await rm(join(folder, 'recordings'), { recursive: true })
    await assert.rejects(findings(), /Nothing was recorded/)
  })

  test('says that a witness file names no event, and that a log without it may be another', async () => {
    await writeFile(join(folder, 'log.witness'), 'no event')
    const [damaged] = await findings()
    assert.deepEqual([damaged?.code, damaged?.file], ['witnessWrong', 'log.witness'])
    await rm(join(folder, 'log.witness'))
    await mkdir(join(folder, 'recordings', 'stranger-1'))
    await writeFile(join(folder, 'recordings', 'stranger-1', 'mic-000001.ogg.age'), 'x')
    const codes = (await findings()).map(({ code, file }) => `${code} ${file}`)
    assert.deepEqual(codes, ['witnessWrong log.witness', 'witnessWrong recordings'])
  })
})
