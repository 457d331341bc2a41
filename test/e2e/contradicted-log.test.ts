import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EMPTY_ROOT } from '../../src/tlog/hashes.ts'
import { parseVkey } from '../../src/tlog/keys.ts'
import { SmallWitness } from '../audit/outsiders/support/small-witness.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'

/** A witness that is down is asked again after 5 to 25 s. */
const LIMIT_MS = 60_000

suite('a log that a witness contradicts', (test) => {
  let daemon: TestDaemon
  let witness: SmallWitness

  const contradiction = async (): Promise<string | undefined> => {
    const { errors } = (await daemon.api('GET', '/application')).body
    return errors.find(({ code }: { code: string }) => code === 'LOG_CONTRADICTED')?.message
  }
  const hasFailed = async (): Promise<boolean> =>
    (await daemon.api('GET', '/audit/outsiders')).body.items[0].problem !== null
  const warnings = async (): Promise<string[]> => {
    const types = ['warning.raised', 'warning.cleared']
    const answers = types.map((type) => daemon.api('GET', `/audit/events?type=${type}`))
    return (await Promise.all(answers))
      .flatMap(({ body }) => body.items)
      .filter(({ data }) => data.code === 'LOG_CONTRADICTED')
      .map(({ type }) => type)
  }

  test.before(async () => {
    witness = await SmallWitness.begin()
    daemon = await startDaemon()
  })
  test.after(async () => {
    await daemon.stop()
    witness.close()
  })

  async function configure(witnesses: readonly object[]): Promise<void> {
    const config = JSON.stringify({ audit: { witnesses } })
    await writeFile(join(daemon.home, 'config.json'), config)
    process.kill(daemon.pid, 'SIGHUP')
    await eventually('it is in force', async () => {
      const { items } = (await daemon.api('GET', '/audit/outsiders')).body
      return items.length === witnesses.length
    })
  }
  async function restart(...args: string[]): Promise<void> {
    await daemon.stop()
    daemon = await startDaemon({ home: daemon.home, args })
  }
  async function contradict(): Promise<void> {
    const { body: key } = await daemon.api('GET', '/audit/key')
    witness.log = { origin: key.origin, keys: [parseVkey(key.key)] }
    witness.seen = { size: 1_000_000, root: Buffer.alloc(32, 7) }
    await configure([witness.setting])
    await eventually('the witness contradicts', contradiction, LIMIT_MS)
  }

  test(
    'is called so over a stop and a kill, beside a recording, until the witness takes it back',
    async () => {
      await daemon.api('POST', '/recordings', { media: ['mic'] })
      await contradict()
      assert.match((await contradiction()) ?? '', /not the one that witness\.example had seen/)
      const { body: recording } = await daemon.api('GET', '/recordings/current')
      assert.equal(recording.tracks.mic.state, 'recording')

      witness.isDown = true
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        daemon.kill(signal)
        await daemon.exited
        daemon = await startDaemon({ home: daemon.home })
        await eventually('it is said again', contradiction, LIMIT_MS)
        // Not even a witness that does not answer takes it back.
        await eventually('it has been asked', hasFailed, LIMIT_MS)
        assert.match((await contradiction()) ?? '', /contradicted the log on 20.*taken that back/)
      }

      witness.isDown = false
      witness.seen = { size: 0, root: EMPTY_ROOT }
      await eventually('it is taken back', async () => !(await contradiction()), LIMIT_MS)
      assert.deepEqual(await warnings(), [
        ...Array.from({ length: 3 }, () => 'warning.raised'),
        'warning.cleared',
      ])
      await restart()
      assert.equal(await contradiction(), undefined)
    },
    { limitMs: 180_000 },
  )

  test(
    'is called so when its witness is taken out of config.json, until a person accepts it',
    async () => {
      const before = await warnings()
      await contradict()
      await configure([])
      assert.ok(await contradiction(), 'after the SIGHUP')
      await restart()
      await eventually('it is said again', contradiction)
      await restart('--accept-contradicted-log')
      await eventually('it is accepted', async () => !(await contradiction()))
      await restart()
      assert.equal(await contradiction(), undefined)
      assert.equal((await warnings()).length, before.length + 3)
    },
    { limitMs: 180_000 },
  )
})
