/** Fills the disk and frees it again, many times in one daemon's life. */
import assert from 'node:assert/strict'
import { assertLogIsWhole } from '../test/e2e/support/aftermath.ts'
import { createFaultDisk, faultDiskProblem } from '../test/e2e/support/fault-disk.ts'
import { wholeLog } from '../test/e2e/support/history.ts'
import { assertFilesAreAsLogged } from '../test/e2e/support/media-check.ts'
import { startObserved } from '../test/e2e/support/observed-daemon.ts'
import { Random } from '../test/e2e/support/random.ts'
import { eventually, suite } from '../test/support/suite.ts'

const CYCLES = Number(process.env.F2F_DISK_CYCLES ?? 100)
const SEED = Number(process.env.F2F_DISK_SEED ?? Date.now() % 1_000_000_000)
const CYCLE_LIMIT_MS = 60_000

const noDisk = await faultDiskProblem()

suite('a disk that is full', (test) => {
  test.unless(
    noDisk,
    `and free again, ${CYCLES} times: every recording ends whole, and no acknowledged tag is lost`,
    async () => {
      const disk = createFaultDisk()
      const random = new Random(SEED)
      const daemon = await startObserved({ home: disk.folder })
      const tags: { id: string; key: string }[] = []
      let cycle = 1
      try {
        for (; cycle <= CYCLES; cycle++) {
          const { id } = await daemon.command('/recordings', { wrapUpSeconds: 3_600 })
          // The first media are on disk; what follows comes at any moment after them.
          await new Promise((resolve) => setTimeout(resolve, random.between(0, 1_500)))
          if (random.next() < 0.5) {
            daemon.kill('SIGSTOP')
            disk.fill()
            daemon.kill('SIGCONT')
          } else disk.fill(random.between(0, 20_000_000))
          for (let i = 0; i < 5; i++) {
            const key = `k${cycle}.${i}`
            const path = `/recordings/${id}/tags`
            const { status } = await daemon.api('POST', path, { tags: { [key]: 'x'.repeat(500) } })
            if (status === 200) tags.push({ id, key })
          }
          await eventually('capture ends', () => daemon.captures().length === 0, 8_000)
          disk.free()
          const isIdle = async () => (await daemon.api('GET', '/application')).body.state === 'Idle'
          await eventually('no error is left', isIdle, 30_000)
          const { body } = await daemon.api('GET', `/recordings/${id}`)
          assert.ok(['WrapUp', 'Closed'].includes(body.state), body.state)
        }
        const end = await daemon.api('POST', '/tokens', { name: 'end', scopes: ['read'] })
        assert.equal(end.status, 201)
        const events = await wholeLog(daemon, ({ type }) => type === 'token.created')
        assertLogIsWhole(events)
        await assertFilesAreAsLogged(disk.folder, events)
        for (const { id, key } of tags) {
          const { body } = await daemon.api('GET', `/recordings/${id}`)
          assert.ok(
            body.tags.some((tag: { key: string }) => tag.key === key),
            `the tag ${key} of ${id}`,
          )
        }
      } catch (error) {
        console.error(`seed F2F_DISK_SEED=${SEED}, cycle ${cycle}`)
        throw error
      } finally {
        disk.heal()
        await daemon.stop()
        await disk.remove()
      }
    },
    { limitMs: CYCLES * CYCLE_LIMIT_MS },
  )
})
