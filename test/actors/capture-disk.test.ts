import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readMedia } from '../../lab/unsealed.ts'
import { within } from '../../src/time/within.ts'
import { createFaultDisk, type FaultDisk, faultDiskProblem } from '../e2e/support/fault-disk.ts'
import { holdThread } from '../support/hold-thread.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench, type ObservedCapture } from './support/capture-bench.ts'
import { decodeSound, frames, sha256Of } from './support/media-files.ts'
import { childrenWith, childWith } from './support/processes.ts'

const problem = await faultDiskProblem()

suite('capture and the disk', (test) => {
  const bench = new CaptureBench()
  let disk: FaultDisk
  test.beforeEach(() => {
    if (problem === null) disk = createFaultDisk()
  })
  test.afterEach(async () => {
    disk?.heal()
    await bench.settle()
    await disk?.remove()
  })
  test.after(() => bench.close())

  /** A capture onto the disk. */
  async function opened(medium: 'mic' | 'screen', limits = {}): Promise<ObservedCapture> {
    const { capture, open } = await prepared(medium, limits)
    open()
    return capture
  }

  async function prepared(medium: 'mic' | 'screen', limits = {}) {
    const platform = bench.platform({ source: 'synthetic', limits: { finish: 300, ...limits } })
    const capture = bench.capture(platform, medium, mkdtempSync(join(disk.folder, 'home-')))
    const device = await platform.resolve(medium, undefined)
    return { capture, open: () => capture.open(device) }
  }

  test.unless(
    problem,
    'a full disk ends the capture as STORAGE_FULL and leaves a playable file of what fitted',
    async () => {
      const capture = await opened('screen')
      await capture.next('capture.flowing')
      disk.fill()
      const { cause, description, unfinished } = await capture.next('capture.ended')
      assert.ok(cause !== 'cut')
      assert.deepEqual([cause.code, cause.reason], ['STORAGE_FULL', 'storageFull'])
      assert.equal(unfinished, false)
      assert.ok(description)
      const path = join(capture.folder, description.file)
      assert.equal(readMedia(path).length, description.bytes)
      assert.equal(sha256Of(path), description.sha256)
      const shown = await frames(path)
      assert.ok(shown.length > 0 && shown.every(({ atMs }) => atMs < description.durationMs))
      assert.deepEqual(childrenWith('ffmpeg'), [])
    },
  )

  test.unless(problem, 'a disk that is full from the start keeps no file', async () => {
    disk.fill()
    const platform = bench.platform({ source: 'synthetic' })
    const capture = bench.capture(platform, 'screen', disk.folder)
    // With time to retry too: a full disk is no matter of the device.
    capture.open(await platform.resolve('screen', undefined), 1, Date.now() + 60_000)
    const { cause, description } = await capture.next('capture.ended')
    assert.equal(cause !== 'cut' && cause.code, 'STORAGE_FULL')
    assert.equal(description, null)
    assert.equal(existsSync(join(capture.folder, 'screen-000001.mp4.age')), false)
  })

  test.unless(
    problem,
    'a cut ends the processes while the disk hangs, and finishes the file when the disk is back',
    async () => {
      const capture = await opened('mic')
      await capture.next('capture.flowing')
      disk.freeze()
      const at = capture.cut()
      await eventually('no process is left', () => childrenWith('ffmpeg').length === 0, 1_000)
      assertWithin(Date.now() - at, 1_000, 'the end')
      const ended = await capture.next('capture.ended')
      assert.deepEqual([ended.cause, ended.description, ended.unfinished], ['cut', null, true])
      disk.thaw()
      const { description } = await capture.next('capture.closed')
      assert.ok(description)
      const path = join(capture.folder, description.file)
      assert.equal(sha256Of(path), description.sha256)
      assert.ok(Math.abs((await decodeSound(path)).length / 48 - description.durationMs) <= 1)
      assert.deepEqual(
        capture.reportsWithoutLevels().map(({ type }) => type),
        ['capture.flowing', 'capture.ended', 'capture.closed'],
      )
    },
  )

  test.unless(problem, 'a hanging disk only delays the removal of a discarded file', async () => {
    const capture = await opened('mic')
    const { file } = await capture.next('capture.flowing')
    disk.freeze()
    capture.cut(1, { discard: true })
    const ended = await capture.next('capture.ended')
    assert.deepEqual([ended.cause, ended.description, ended.unfinished], ['cut', null, false])
    disk.thaw()
    await eventually('the file is gone', () => !existsSync(join(capture.folder, file)))
    assert.equal(capture.reportsWithoutLevels().length, 2)
  })

  test.unless(
    problem,
    'a disk that hangs while recording ends the capture, and nothing from before is lost',
    async () => {
      const capture = await opened('mic', { fileOperation: 500 })
      await capture.next('capture.flowing')
      disk.freeze()
      const { cause, unfinished } = await capture.next('capture.ended')
      assert.equal(cause !== 'cut' && cause.code, 'STORAGE_UNAVAILABLE')
      assert.equal(unfinished, true)
      disk.thaw()
      const { description } = await capture.next('capture.closed')
      assert.ok(description)
      assert.ok(
        Math.abs(
          (await decodeSound(join(capture.folder, description.file))).length / 48 -
            description.durationMs,
        ) < 7,
      )
    },
  )

  test.unless(
    problem,
    'a disk that hangs from the start fails the capture, unless a cut comes first',
    async () => {
      const first = await prepared('mic', { flow: 2_500 })
      const second = await prepared('mic')
      disk.freeze()
      first.open()
      second.open()
      const [failing, cut] = [first.capture, second.capture]
      await cut.next('capture.level')
      cut.cut()
      assert.equal((await cut.next('capture.ended')).cause, 'cut')
      const { cause } = await failing.next('capture.ended')
      assert.equal(cause !== 'cut' && cause.code, 'STORAGE_UNAVAILABLE')
      assert.deepEqual(
        failing.reportsWithoutLevels().map(({ type }) => type),
        ['capture.ended'],
      )
    },
  )

  test.unless(
    problem,
    'a device that ends while a slow disk has nothing of it on the disk leaves time to retry',
    async () => {
      const platform = bench.platform({ source: 'synthetic', limits: { finish: 100 } })
      const capture = bench.capture(platform, 'mic', mkdtempSync(join(disk.folder, 'home-')))
      const device = await platform.resolve('mic', undefined)
      disk.freeze()
      capture.open(device, 1, Date.now() + 60_000)
      await eventually('sound for a while', () => capture.reports.length >= 10)
      process.kill(childWith('sine='), 'SIGKILL')
      await eventually('no process is left', () => childrenWith('ffmpeg').length === 0)
      // Its file is what is waited for, beyond the limit for it.
      const early = await within(capture.next('capture.ended'), 500)
      assert.equal(early, undefined)
      disk.thaw()
      const { cause, description, unfinished } = await capture.next('capture.ended')
      assert.equal(cause !== 'cut' && cause.code, 'CAPTURE_FAILED')
      assert.equal(unfinished, false)
      assert.ok(description)
      // Nothing flows any more.
      assert.deepEqual(
        capture.reportsWithoutLevels().filter(({ type }) => type === 'capture.flowing'),
        [],
      )
    },
  )

  test.unless(
    problem,
    'a recorder that is held while a file is finished does not call it unfinished',
    async () => {
      const finish = 1_000
      const capture = await opened('mic', { finish })
      await capture.next('capture.flowing')
      disk.freeze()
      capture.cut()
      const haveEnded = () => capture.processes.filter(({ isRunning }) => !isRunning).length === 2
      await eventually('its programs have ended', haveEnded)
      disk.thaw()
      // As Ctrl-Z or a debugger does.
      holdThread(finish + 100)
      const { description, unfinished } = await capture.next('capture.ended')
      assert.equal(unfinished, false)
      assert.ok(description)
    },
  )

  test('a folder that cannot be made is STORAGE_UNAVAILABLE, also with time to retry', async () => {
    const blocked = join(bench.folder, 'blocked')
    writeFileSync(blocked, 'a file where a folder should be')
    const platform = bench.platform({ source: 'synthetic' })
    for (const retryUntil of [undefined, Date.now() + 60_000]) {
      const capture = bench.capture(platform, 'mic', blocked)
      capture.open(await platform.resolve('mic', undefined), 1, retryUntil)
      const { cause, description, unfinished } = await capture.next('capture.ended')
      assert.equal(cause !== 'cut' && cause.code, 'STORAGE_UNAVAILABLE')
      assert.equal(description, null)
      assert.equal(unfinished, false)
    }
  })

  test('a recorded file is not overwritten by another segment', async () => {
    const platform = bench.platform({ source: 'synthetic' })
    const capture = bench.capture(platform, 'mic')
    mkdirSync(capture.folder)
    const path = join(capture.folder, 'mic-000001.ogg.age')
    writeFileSync(path, 'an older recording')
    capture.open(await platform.resolve('mic', undefined))
    const { cause, description } = await capture.next('capture.ended')
    assert.equal(cause !== 'cut' && cause.code, 'STORAGE_UNAVAILABLE')
    assert.equal(description, null)
    assert.equal(readFileSync(path, 'utf8'), 'an older recording')
  })
})
