import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyHome } from '../../src/audit/verify/verify-home.ts'
import { MEDIA } from '../../src/contract/media.ts'
import { resolveHome } from '../../src/home/home.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { ofType, segmentsOf, wholeLog } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'

suite('a crash, after which the disk of the recordings is not mounted', (test) => {
  let home: string
  let daemon: TestDaemon
  test.beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'f2f-missing-disk-'))
  })
  test.afterEach(async () => {
    await daemon?.stop()
    await rm(home, { recursive: true, force: true })
  })

  const recordings = () => join(home, 'recordings')
  const elsewhere = () => join(home, 'unmounted')

  async function start(): Promise<string> {
    daemon = await startDaemon({ home })
    const { body } = await daemon.api('POST', '/recordings', {})
    await eventually('some media', () => {
      const starts = MEDIA.map((medium) => Date.parse(body.tracks[medium].startedAt))
      return Date.now() - Math.max(...starts) > 700
    })
    return body.id
  }

  /** Dies while it records; then only the empty folder is there on which the disk was mounted. */
  async function crashWithoutDisk(): Promise<string> {
    const id = await start()
    daemon.kill()
    await daemon.exited
    await rename(recordings(), elsewhere())
    await mkdir(recordings())
    daemon = await startDaemon({ home })
    const { body } = await daemon.api('GET', '/application')
    const codes = body.errors.map(({ code }: { code: string }) => code)
    assert.deepEqual(codes, ['DISK_MISSING', ...Array(3).fill('STORAGE_UNAVAILABLE')])
    return id
  }

  async function mount(): Promise<void> {
    await rm(recordings(), { recursive: true })
    await rename(elsewhere(), recordings())
  }

  async function assertNothingLost(id: string): Promise<void> {
    await eventually(
      'all segments',
      async () => (await segmentsOf(daemon, id)).length === 3,
      20_000,
    )
    assert.deepEqual((await daemon.api('GET', '/application')).body.errors, [])
    await daemon.api('POST', '/tokens', { name: 'end', scopes: ['read'] })
    const events = await wholeLog(daemon, ({ type }) => type === 'token.created')
    await daemon.stop()
    assert.deepEqual(ofType(events, 'segment.discarded'), [])
    await assertFilesAreAsLogged(home, events)
    assert.deepEqual((await verifyHome(resolveHome(home), {})).findings, [])
  }

  async function diskProblem(): Promise<string> {
    const { body } = await daemon.api('GET', '/readiness?media=mic')
    type Check = { id: string; result: string; detail: string }
    const found = (body.checks as Check[]).find(({ id }) => id === 'disk')
    return found?.result === 'fail' ? found.detail : ''
  }

  test('loses nothing of the first recording: it is finished at a later start', async () => {
    const id = await crashWithoutDisk()
    await daemon.stop()
    await mount()
    daemon = await startDaemon({ home })
    await assertNothingLost(id)
  })

  test('loses nothing of a later one, although others were made meanwhile', async () => {
    await start()
    for (const last of ['stop', 'close'])
      assert.equal((await daemon.api('POST', `/recordings/current/${last}`)).status, 200)
    await daemon.stop()
    const id = await crashWithoutDisk()
    assert.match(await diskProblem(), /another disk may be in its place/)
    await daemon.stop()
    // Still without it: what is recorded now is no sign that the disk is there.
    const other = await start()
    for (const last of ['stop', 'close']) await daemon.api('POST', `/recordings/${other}/${last}`)
    await daemon.stop()
    daemon = await startDaemon({ home })
    await rename(join(recordings(), other), join(elsewhere(), other))
    await mount()
    assert.equal(await diskProblem(), '')
    await assertNothingLost(id)
  })

  /** Records while the disk is not mounted. Returns the recording, and mounts the disk over it. */
  async function startBelow(): Promise<{ id: string; mountOver(): Promise<void> }> {
    await start()
    for (const last of ['stop', 'close'])
      assert.equal((await daemon.api('POST', `/recordings/current/${last}`)).status, 200)
    await daemon.stop()
    await rename(recordings(), elsewhere())
    await mkdir(recordings())
    const id = await start()
    return {
      id,
      async mountOver() {
        await rename(recordings(), below())
        await rename(elsewhere(), recordings())
      },
    }
  }

  const below = () => join(home, 'below')
  const moveToDisk = (id: string) => rename(join(below(), id), join(recordings(), id))

  test('loses nothing when the disk is mounted over what is being recorded', async () => {
    const { id, mountOver } = await startBelow()
    await mountOver()
    const stopped = await daemon.api('POST', '/recordings/current/stop')
    assert.equal(stopped.body.code, 'STORAGE_UNAVAILABLE', JSON.stringify(stopped.body))
    await moveToDisk(id)
    await assertNothingLost(id)
  })

  test('loses nothing of what was recorded without the disk when that is there after a crash', async () => {
    const { id, mountOver } = await startBelow()
    daemon.kill()
    await daemon.exited
    await mountOver()
    daemon = await startDaemon({ home })
    const { body } = await daemon.api('GET', '/application')
    const codes = body.errors.map(({ code }: { code: string }) => code)
    assert.deepEqual(codes, Array(3).fill('STORAGE_UNAVAILABLE'))
    await moveToDisk(id)
    await assertNothingLost(id)
  })
})
