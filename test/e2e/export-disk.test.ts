import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually, suite } from '../support/suite.ts'
import { save } from './support/composed.ts'
import { createFaultDisk, type FaultDisk, faultDiskProblem } from './support/fault-disk.ts'
import { decodedMs } from './support/media-check.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

const noDisk = await faultDiskProblem()

suite('an export on a disk in trouble', (test) => {
  let home = ''
  let disk: FaultDisk | undefined
  let daemon: ObservedDaemon | undefined

  test.afterEach(async () => {
    disk?.heal()
    await daemon?.stop()
    await disk?.remove()
    if (home !== '') await rm(home, { recursive: true, force: true })
  })

  test.unless(
    noDisk,
    'waits for the last pieces of a stop on a slow disk, and has them all',
    async () => {
      home = await mkdtemp(join(tmpdir(), 'f2f-export-'))
      await mkdir(join(home, 'recordings'), { mode: 0o700 })
      // The log is elsewhere: the end of the recording is in it before its files are.
      disk = createFaultDisk(join(home, 'recordings'))
      daemon = await startObserved({ home })
      const { api } = daemon
      const { body } = await api('POST', '/recordings', { media: ['mic'], wrapUpSeconds: 3600 })
      await delay(1_000)
      disk.freeze()
      const stopped = api('POST', '/recordings/current/stop')
      const view = async () => (await api('GET', `/recordings/${body.id}`)).body
      await eventually('the recording is over', async () => (await view()).state === 'WrapUp')
      assert.equal((await view()).tracks.mic.segments, 0, 'its only piece is not finished')
      const file = join(home, 'mic.ogg')
      const saved = save(daemon, `/recordings/${body.id}/media/mic`, file)
      // The answer to what was sent behind it shows that it has arrived.
      await view()
      disk.thaw()
      const { etag } = await saved
      assert.equal((await stopped).status, 200)
      const { startedAt, endedAt, tracks } = await view()
      assert.equal(tracks.mic.segments, 1)
      assert.ok(
        Math.abs((await decodedMs(file)) - (Date.parse(endedAt) - Date.parse(startedAt))) < 100,
      )
      const later = await save(daemon, `/recordings/${body.id}/media/mic`, file)
      assert.equal(etag, later.etag, 'silence of the same length would be another file')
    },
  )

  test.unless(
    noDisk,
    'is given up when the disk gets low, before what records has to end',
    async () => {
      disk = createFaultDisk()
      home = ''
      daemon = await startObserved({ home: disk.folder })
      const { api } = daemon
      const { body } = await api('POST', '/recordings', { media: ['mic'] })
      await delay(300)
      await api('POST', '/recordings/current/stop')
      const path = `/recordings/${body.id}/media/mic`
      const folder = await mkdtemp(join(tmpdir(), 'f2f-export-'))
      const { etag } = await save(daemon, path, join(folder, 'mic.ogg'))
      const exports = join(disk.folder, 'exports', body.id)
      assert.equal((await readdir(exports)).length, 1)
      disk.fill(400_000_000)
      await eventually(
        'the room is given back',
        async () => (await readdir(exports)).length === 0,
        15_000,
      )
      assert.equal(
        (await save(daemon, path, join(folder, 'mic.ogg'))).etag,
        etag,
        'it can be made again',
      )
      await rm(folder, { recursive: true })
    },
  )
})
