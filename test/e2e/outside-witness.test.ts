import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { F2F } from '../../lab/daemon.ts'
import { missingPrograms } from '../../lab/missing-programs.ts'
import type { OutsiderView } from '../../src/contract/outsiders.ts'
import { parseVkey } from '../../src/tlog/keys.ts'
import { SmallWitness } from '../audit/outsiders/support/small-witness.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { unzip } from './support/unzipped.ts'

const noUnzip = missingPrograms('evidence')

/** A witness is asked at most once in ten seconds. */
const LIMIT_MS = 40_000

/** The bundle of a closed recording has the first checkpoint over its closing that was cosigned. */
async function assertBundled(
  daemon: TestDaemon,
  { id, position }: { id: string; position: number },
  vkey: string,
): Promise<void> {
  const { home, token, url } = daemon
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${url}/v1/recordings/${id}/bundle`, { headers })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const bundle = await unzip(bytes)
  const names = [...bundle.files.keys()]
  const sizes = names
    .map((name) => /^cosigned\/(\d+)\.txt$/.exec(name)?.[1])
    .filter((size) => size !== undefined)
  assert.equal(sizes.length, 1, `${names}`)
  assert.ok(Number(sizes[0]) >= position)
  assert.match(bundle.text('report.html'), /The outside witness witness\.example signed the first/)
  const file = join(bundle.folder, 'bundle.zip')
  await writeFile(file, bytes)
  const args = [F2F, 'verify', '--bundle', file, '--witness', vkey, '--home', home]
  const verified = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  assert.match(verified.stdout, /was cosigned by the witness\s+witness\.example/)
  await rm(bundle.folder, { recursive: true })
}

suite('an outside witness of a recorder', (test) => {
  test.unless(
    noUnzip,
    'cosigns what is recorded, and sees that the home was put back to an older copy',
    async () => {
      const witness = await SmallWitness.begin()
      let daemon: TestDaemon = await startDaemon()
      const { home } = daemon
      const state = async (): Promise<OutsiderView> =>
        (await daemon.api('GET', '/audit/outsiders')).body.items[0]
      try {
        const { body: key } = await daemon.api('GET', '/audit/key')
        witness.log = { origin: key.origin, keys: [parseVkey(key.key)] }
        await daemon.stop()
        await cp(home, `${home}-older`, { recursive: true })
        const audit = { witnesses: [witness.setting] }
        await writeFile(join(home, 'config.json'), JSON.stringify({ audit }))
        await cp(join(home, 'config.json'), join(`${home}-older`, 'config.json'))

        daemon = await startDaemon({ home })
        await daemon.api('POST', '/recordings', { media: ['mic'] })
        await daemon.api('POST', '/recordings/current/stop', {})
        const closed = await daemon.api('POST', '/recordings/current/close', {})
        await eventually(
          'the closing is confirmed',
          async () => ((await state())?.confirmed?.size ?? 0) >= closed.body.position,
          LIMIT_MS,
        )
        assert.equal((await state()).problem, null)
        assert.ok((await readdir(join(home, 'cosignatures'))).includes(`${witness.seen.size}.txt`))
        await assertBundled(daemon, closed.body, witness.setting.vkey)
        await daemon.stop()

        await rm(home, { recursive: true })
        await rename(`${home}-older`, home)
        daemon = await startDaemon({ home })
        await eventually(
          'the witness contradicts',
          async () => (await state())?.problem?.code === 'contradicted',
          LIMIT_MS,
        )
        assert.match((await state()).problem?.message ?? '', /\.$/)
        const { errors, state: now } = (await daemon.api('GET', '/application')).body
        assert.deepEqual([now, errors[0]?.code], ['Error', 'LOG_CONTRADICTED'])
        const { checks } = (await daemon.api('GET', '/readiness')).body
        const outsiders = checks.find(({ id }: { id: string }) => id === 'outsiders')
        assert.match(outsiders.detail, /not the one that witness\.example had seen/)
        const status = spawnSync(process.execPath, [F2F, 'status', '--home', home])
        assert.match(status.stdout.toString(), /not\s+the\s+one\s+that\s+witness\.example/)
        const rules = (await daemon.api('GET', '/audit/events?type=rules.changed')).body.items
        assert.deepEqual(rules.at(-1).data.rules.audit.witnesses, [witness.setting])
        // It is only evidence: what can be recorded is recorded.
        assert.equal((await daemon.api('POST', '/recordings', { media: ['mic'] })).status, 201)
      } finally {
        await daemon.stop()
        witness.close()
        await rm(`${home}-older`, { recursive: true, force: true })
      }
    },
    { limitMs: 120_000 },
  )
})
