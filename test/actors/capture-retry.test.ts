import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench } from './support/capture-bench.ts'
import { fakeProgram } from './support/fake-program.ts'
import { childrenWith } from './support/processes.ts'

suite('a capture with retryUntil', (test) => {
  const bench = new CaptureBench()
  test.after(() => bench.close())

  /** A platform whose encoder fails as long as a file is there. */
  function failing(name: string, limits = {}) {
    const folder = join(bench.folder, name)
    const ffmpegPath = fakeProgram(
      folder,
      'ffmpeg',
      `
      case "$*" in *libopus*) echo x >> ${folder}/tries; [ -e ${folder}/broken ] && exit 1;; esac
      exec ffmpeg "$@"`,
    )
    writeFileSync(join(folder, 'broken'), '')
    const platform = bench.platform({
      source: 'synthetic',
      ffmpegPath,
      limits: { retryFirst: 50, retryMax: 100, ...limits },
    })
    return { platform, repair: () => rmSync(join(folder, 'broken')) }
  }

  test('retries without reports until media flow, under the same segment number', async () => {
    const { platform, repair } = failing('repaired')
    const capture = bench.capture(platform, 'mic')
    const before = bench.logger.lines.length
    capture.open(await platform.resolve('mic', undefined), 4, Date.now() + 10_000)
    await eventually('two failed tries', () => bench.logger.lines.length >= before + 2)
    assert.deepEqual(capture.reportsWithoutLevels(), [])
    repair()
    const { file } = await capture.next('capture.flowing', 4)
    assert.equal(file, 'mic-000004.ogg.age')
    capture.cut(4)
    const { cause, description } = await capture.next('capture.ended', 4)
    assert.equal(cause, 'cut')
    assert.ok(description)
    assert.equal(capture.reportsWithoutLevels().length, 2)
  })

  test('fails with the last cause when its time is over', async () => {
    const { platform } = failing('hopeless')
    const capture = bench.capture(platform, 'mic')
    const until = Date.now() + 700
    capture.open(await platform.resolve('mic', undefined), 1, until)
    const { cause, description } = await capture.next('capture.ended')
    assertWithin(Math.abs(Date.now() - until), 600, 'the last attempt')
    assert.equal(cause !== 'cut' && cause.code, 'CAPTURE_FAILED')
    assert.equal(description, null)
    assert.equal(capture.reportsWithoutLevels().length, 1)
    assert.deepEqual(childrenWith('ffmpeg'), [])
  })

  test('is ended by a cut at once between two attempts', async () => {
    const { platform } = failing('cut', { retryFirst: 60_000, retryMax: 60_000 })
    const capture = bench.capture(platform, 'mic')
    const before = bench.logger.lines.length
    capture.open(await platform.resolve('mic', undefined), 1, Date.now() + 600_000)
    await eventually('a failed try', () => bench.logger.lines.length > before)
    const at = capture.cut()
    const { cause, description } = await capture.next('capture.ended')
    assertWithin(Date.now() - at, 100, 'the end')
    assert.equal(cause, 'cut')
    assert.equal(description, null)
  })

  test('is ended by a cut at once during an attempt that hangs', async () => {
    const ffmpegPath = fakeProgram(
      join(bench.folder, 'hangs'),
      'ffmpeg',
      `
      case "$*" in *libopus*) exec tail -f /dev/null;; esac
      exec ffmpeg "$@"`,
    )
    const platform = bench.platform({
      source: 'synthetic',
      ffmpegPath,
      limits: { encoderFinish: 100, encoderTerminate: 50 },
    })
    const capture = bench.capture(platform, 'mic')
    capture.open(await platform.resolve('mic', undefined), 1, Date.now() + 60_000)
    await capture.next('capture.level')
    const at = capture.cut()
    await capture.next('capture.ended')
    assertWithin(Date.now() - at, 1_000, 'the end')
    assert.deepEqual(childrenWith('tail'), [])
  })

  test('looks for the device before each attempt, and waits for a missing one', async () => {
    const platform = bench.platform({ source: 'synthetic', limits: { retryFirst: 50 } })
    const capture = bench.capture(platform, 'mic')
    capture.open({ id: 'unplugged', label: 'Unplugged' }, 1, Date.now() + 300)
    const { cause } = await capture.next('capture.ended')
    assert.equal(cause !== 'cut' && cause.code, 'DEVICE_UNAVAILABLE')
    assert.equal(cause !== 'cut' && cause.reason, 'deviceLost')
  })
})
