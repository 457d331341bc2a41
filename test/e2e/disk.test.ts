import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA } from '../../src/contract/media.ts'
import { DEFAULT_RESERVE_BYTES } from '../../src/disk/default-reserve.ts'
import { BALLAST_BYTES } from '../../src/store/ballast.ts'
import type { DaemonOptions } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertLogIsWhole } from './support/aftermath.ts'
import { createFaultDisk, type FaultDisk, faultDiskProblem } from './support/fault-disk.ts'
import { eventsOf, ofType, wholeLog } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'
import { start } from './support/winning.ts'

/** Between two looks at the disk there are 2 s, and ending takes one. */
const NOTICED_MS = 4_000

const noDisk = await faultDiskProblem()

suite('a disk that becomes full', (test) => {
  let disk: FaultDisk
  let daemon: ObservedDaemon

  async function startOn(faulty: FaultDisk, options: DaemonOptions = {}): Promise<ObservedDaemon> {
    disk = faulty
    daemon = await startObserved({ home: faulty.folder, ...options })
    return daemon
  }

  test.afterEach(async () => {
    disk?.heal()
    await daemon?.stop()
    if (process.env.DBG) console.log(daemon.stderr())
    await disk?.remove()
  })

  const application = async () => (await daemon.api('GET', '/application')).body
  const codes = async (): Promise<string[]> =>
    (await application()).errors.map(({ code }: { code: string }) => code)
  const recordedFor = (ms: number) =>
    eventually(`${ms} ms are recorded`, async () => {
      const { body } = await daemon.api('GET', '/recordings/current')
      const starts = MEDIA.map((medium) => Date.parse(body.tracks[medium].startedAt ?? ''))
      return Date.now() - Math.max(...starts) > ms
    })
  const ballast = () => join(daemon.home, 'log.ballast')
  const hasBallast = () =>
    existsSync(ballast()) && statSync(ballast()).blocks * 512 >= BALLAST_BYTES

  /**
   * It has got over it: no error, every file as the log says, the ballast back, and it can record.
   */
  async function assertRecovered(): Promise<LogEvent[]> {
    await eventually('no error is left', async () => (await application()).state === 'Idle', 20_000)
    const note = await daemon.api('POST', '/tokens', { name: 'end', scopes: ['read'] })
    assert.equal(note.status, 201)
    const events = await wholeLog(daemon, ({ type }) => type === 'token.created')
    assertLogIsWhole(events)
    await assertFilesAreAsLogged(daemon.home, events)
    await eventually('the ballast is back', hasBallast, 20_000)
    const next = await start(daemon)
    assert.equal((await daemon.api('POST', `/recordings/${next.id}/stop`)).status, 200)
    return events
  }

  test.unless(
    noDisk,
    'at the reserve the recording ends cleanly, and nothing starts until there is space',
    async () => {
      await startOn(createFaultDisk())
      await eventually('the ballast is there', hasBallast)
      const { id } = await start(daemon)
      const low = async () => ofType(await eventsOf(daemon), 'warning.raised')
      assert.deepEqual(await codes(), [])
      disk.fill(1.5 * DEFAULT_RESERVE_BYTES)
      await eventually(
        'the warning',
        async () => (await codes()).includes('STORAGE_LOW'),
        NOTICED_MS,
      )
      assert.deepEqual(await low(), [], 'it is the recorder’s own')
      assert.equal((await application()).recording.state, 'Active')

      disk.free()
      disk.fill(DEFAULT_RESERVE_BYTES - 1_000_000)
      await eventually('capture ends', () => daemon.captures().length === 0, NOTICED_MS)
      const over = await eventually('the recording is over', async () => {
        const { body } = await daemon.api('GET', `/recordings/${id}`)
        return (
          body.state === 'WrapUp' &&
          MEDIA.every((medium) => body.tracks[medium].segments === 1) &&
          body
        )
      })
      for (const medium of MEDIA) {
        assert.equal(over.tracks[medium].state, 'stopped')
        assert.ok(
          over.tracks[medium].recordedMs > 300,
          `${medium}: ${JSON.stringify(over.tracks[medium])}`,
        )
      }
      const { state, storage } = await application()
      assert.deepEqual([state, storage.recordableSeconds, storage.log], ['Error', 0, 'verified'])
      assert.ok((await codes()).includes('STORAGE_FULL'))
      const refused = await daemon.api('POST', '/recordings', {})
      assert.equal(refused.status, 507)
      assert.equal(refused.body.code, 'STORAGE_FULL')
      assert.match(refused.body.detail, /25\d MB are free.*256 MB.*reserve/)
      assert.equal(
        (await daemon.api('POST', '/recordings/current/tags', { tags: { late: true } })).status,
        200,
      )

      disk.free()
      const events = await assertRecovered()
      assert.deepEqual(
        ofType(events, 'recording.wrapUpStarted').map(({ data }) => data.reason),
        ['storageFull'],
      )
      assert.deepEqual(ofType(events, 'track.recovering'), [])
      assert.equal(ofType(events, 'command.failed').length, 1)
      assert.ok(existsSync(ballast()), 'the ballast was not needed')
    },
  )

  test.unless(
    noDisk,
    'filled by another program at once: all so far plays, the log has the end, no tag is lost',
    async () => {
      await startOn(createFaultDisk())
      await eventually('the ballast is there', hasBallast)
      const { id } = await start(daemon, { tags: { before: 1 } })
      await recordedFor(4_000)
      // Faster than the daemon can see: else the other program takes the ballast's room too, as
      // soon as it is given up.
      daemon.kill('SIGSTOP')
      disk.fill()
      daemon.kill('SIGCONT')
      const acknowledged: string[] = ['before']
      const tagged = async (key: string) => {
        const { status, body } = await daemon.api('POST', `/recordings/${id}/tags`, {
          tags: { [key]: 'x'.repeat(500) },
        })
        if (status === 200) acknowledged.push(key)
        else assert.equal(body.code, 'STORAGE_FULL', JSON.stringify(body))
      }
      for (let i = 0; i < 10; i++) await tagged(`soon${i}`)
      await eventually('capture ends', () => daemon.captures().length === 0, NOTICED_MS)
      // The log can be written again, though not a byte is free to anybody else.
      const over = await eventually(
        'the log tells of the end',
        async () => {
          if ((await application()).storage.log !== 'verified') return false
          const { body } = await daemon.api('GET', `/recordings/${id}`)
          return body.state === 'WrapUp' && body
        },
        NOTICED_MS,
      )
      const told = await eventsOf(daemon, id)
      assert.equal(ofType(told, 'recording.wrapUpStarted').length, 1)
      assert.equal(ofType(told, 'track.stopped').length, 3)
      assert.equal(ofType(told, 'segment.closed').length, 3)
      for (const medium of MEDIA) {
        assert.equal(over.tracks[medium].state, 'stopped')
        assert.ok(
          over.tracks[medium].recordedMs > 2_000,
          `${medium}: ${over.tracks[medium].recordedMs} ms`,
        )
        assert.deepEqual(over.tracks[medium].warnings, [])
      }
      assert.ok((await codes()).includes('STORAGE_FULL'))
      assert.equal((await application()).state, 'Error')
      await tagged('late')
      assert.equal((await daemon.api('POST', '/recordings', {})).status, 507)

      disk.free()
      await assertRecovered()
      const tags = (await daemon.api('GET', `/recordings/${id}`)).body.tags.map(
        ({ key }: { key: string }) => key,
      )
      assert.deepEqual(
        acknowledged.filter((key) => !tags.includes(key)),
        [],
        'tags that were acknowledged',
      )
    },
  )

  // With a little the log can be opened, and not take what follows.
  for (const leftBytes of [0, 12_000, 80_000]) {
    test.unless(
      noDisk,
      `a recorder that is started with ${leftBytes} bytes left tells so, shows what it has, and gets over it`,
      async () => {
        await startOn(createFaultDisk())
        await eventually('the ballast is there', hasBallast)
        const { id } = await start(daemon)
        await daemon.api('POST', '/recordings/current/stop')
        await daemon.stop()
        disk.fill(leftBytes)
        daemon = await startObserved({ home: disk.folder })
        assert.ok((await codes()).includes('STORAGE_FULL'))
        assert.equal((await daemon.api('GET', `/recordings/${id}`)).status, 200)
        assert.equal((await daemon.api('POST', '/recordings', {})).status, 507)
        disk.free()
        await assertRecovered()
      },
    )
  }

  test.unless(
    noDisk,
    'the reserve can be set, on the command line and in the configuration',
    async () => {
      await startOn(createFaultDisk(), { args: ['--reserve', '1TB'] })
      const refused = await daemon.api('POST', '/recordings', {})
      assert.equal(refused.status, 507)
      assert.match(refused.body.detail, /1000 GB/)
    },
  )
})
