import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyHome } from '../../src/audit/verify/verify-home.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA } from '../../src/contract/media.ts'
import { resolveHome } from '../../src/home/home.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { recordingFolders } from '../support/recording-folders.ts'
import { eventually, suite } from '../support/suite.ts'
import { codesOf, pythonMissing, verifyPy } from '../tools/support/verify-py.ts'
import { assertLogIsWhole } from './support/aftermath.ts'
import { closeWithoutFiles } from './support/close-without-files.ts'
import { createFaultDisk, type FaultDisk, faultDiskProblem } from './support/fault-disk.ts'
import { ofType, segmentsOf, wholeLog } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'

const noDisk = await faultDiskProblem()
const REASON = { reason: 'asked for' }

suite('files that a crash has left, on a disk that lets nobody finish them at first', (test) => {
  let home: string
  let disk: FaultDisk
  let daemon: TestDaemon

  test.beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'f2f-late-'))
    if (noDisk === null) disk = createFaultDisk(join(home, 'recordings'))
  })
  test.afterEach(async () => {
    disk?.heal()
    await daemon?.stop()
    await disk?.remove()
    await rm(home, { recursive: true, force: true })
  })

  const folderOf = (id: string) => join(home, 'recordings', id)
  const codes = async (): Promise<string[]> =>
    (await daemon.api('GET', '/application')).body.errors.map(({ code }: { code: string }) => code)

  /** Records all media for a moment, and dies. Returns the recording's id. */
  async function crashed(): Promise<string> {
    daemon = await startDaemon({ home })
    const { body } = await daemon.api('POST', '/recordings', {})
    await eventually('some media', () => {
      const starts = MEDIA.map((medium) => Date.parse(body.tracks[medium].startedAt))
      return Date.now() - Math.max(...starts) > 700
    })
    daemon.kill()
    await daemon.exited
    return body.id
  }

  /** Whether so many threads of the daemon wait for the disk, which is frozen. */
  const areWaiting = (count: number) => (): boolean => {
    const tasks = `/proc/${daemon.pid}/task`
    const states = readdirSync(tasks).map((thread) => {
      const stat = readFileSync(join(tasks, thread, 'stat'), 'latin1')
      return /\) (\w)/.exec(stat)?.[1]
    })
    return states.filter((state) => state === 'D').length >= count
  }

  /** The log is whole, the files are those of the log, and both verifiers find nothing. */
  async function assertInOrder(): Promise<LogEvent[]> {
    await daemon.api('POST', '/tokens', { name: 'end', scopes: ['read'] })
    const events = await wholeLog(daemon, ({ type }) => type === 'token.created')
    await daemon.stop()
    assertLogIsWhole(events)
    await assertFilesAreAsLogged(home, events)
    assert.deepEqual((await verifyHome(resolveHome(home), {})).findings, [])
    if (pythonMissing() === null) assert.deepEqual(codesOf(await verifyPy(home)), [])
    return events
  }

  test.unless(
    noDisk,
    'are finished when it does, also those of a closed and held recording, whatever ends the recorders before',
    async () => {
      const closed = await crashed()
      await closeWithoutFiles(home)
      disk.protect(folderOf(closed))
      const id = await crashed()
      disk.protect(folderOf(id))
      daemon = await startDaemon({ home })
      assert.deepEqual(await codes(), Array(3).fill('STORAGE_UNAVAILABLE'))
      const close = await daemon.api('POST', `/recordings/${id}/close`)
      assert.equal(close.body.code, 'STORAGE_UNAVAILABLE')
      const held = await daemon.api('POST', `/recordings/${closed}/holds`, REASON)
      assert.equal(held.status, 201)
      assert.equal((await daemon.api('POST', `/recordings/${closed}/erase`, REASON)).status, 409)
      await daemon.stop()
      daemon = await startDaemon({ home })
      disk.unprotect(folderOf(closed))
      disk.unprotect(folderOf(id))
      const tails = () =>
        [id, closed].flatMap((one) =>
          readdirSync(folderOf(one)).filter((name) => name.endsWith('.tail')),
        )
      await eventually('the first file is finished', () => tails().length < 6)
      daemon.kill()
      await daemon.exited
      daemon = await startDaemon({ home })
      for (const one of [id, closed])
        await eventually('all segments', async () => (await segmentsOf(daemon, one)).length === 3)
      assert.deepEqual(await codes(), [])
      assert.equal((await daemon.api('POST', `/recordings/${id}/close`)).status, 200)
      const exported = await daemon.api('GET', `/recordings/${closed}/media/mic`)
      assert.equal(exported.status, 200)
      const salvaged = ofType(await assertInOrder(), 'segment.closed')
      assert.deepEqual(
        salvaged.map(({ data }) => data.salvaged),
        Array(6).fill(true),
      )
    },
    { limitMs: 120_000 },
  )

  test.unless(
    noDisk,
    'do not keep their recording from being erased while the recorder finishes them',
    async () => {
      const ids: string[] = []
      while (ids.length < 2) {
        const id = await crashed()
        await closeWithoutFiles(home)
        disk.protect(folderOf(id))
        ids.push(id)
      }
      for (const id of ids) disk.unprotect(folderOf(id))
      disk.freeze()
      daemon = await startDaemon({ home })
      await eventually('attempts are under way', areWaiting(4))
      const erasures = ids.map((id) => daemon.api('POST', `/recordings/${id}/erase`, REASON))
      for (const id of ids)
        await eventually('the erasure has begun', async () => {
          const { body } = await daemon.api('GET', `/recordings/${id}`)
          return body.erased !== null
        })
      disk.thaw()
      for (const { status, body } of await Promise.all(erasures))
        assert.equal(status, 200, JSON.stringify(body))
      const events = await assertInOrder()
      assert.deepEqual(ofType(events, 'segment.closed'), [])
      assert.deepEqual(recordingFolders(home), [])
    },
    { limitMs: 120_000 },
  )
})
