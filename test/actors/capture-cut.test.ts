import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MEDIA } from '../../src/contract/media.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { CaptureBench } from './support/capture-bench.ts'
import { fakeProgram, IGNORES_SIGNALS } from './support/fake-program.ts'
import { decodeSound, frames } from './support/media-files.ts'
import { childrenWith, childWith } from './support/processes.ts'

/**
 * Times the test picture by the system clock, as a real screen is: by its arrival it would be late
 * on a busy machine.
 */
const TIMED_BY_CLOCK = `
  for argument; do
    case "$argument" in *,realtime)
      argument="$argument,settb=1/90000,setpts=RTCTIME*90000/1000000";;
    esac
    shift; set -- "$@" "$argument"
  done`

suite('a cut of a capture', (test) => {
  const bench = new CaptureBench()
  test.after(() => bench.close())
  const synthetic = bench.platform({ source: 'synthetic' })

  for (const medium of MEDIA) {
    test(`that comes before the start captures nothing of ${medium}`, async () => {
      const capture = bench.capture(synthetic, medium)
      capture.cut(1)
      capture.open(await synthetic.resolve(medium, undefined))
      assert.deepEqual(capture.reportsWithoutLevels(), [], 'nothing is reported from within send')
      await capture.next('capture.ended')
      assert.deepEqual(capture.reportsWithoutLevels(), [
        { type: 'capture.ended', segment: 1, cause: 'cut', description: null, unfinished: false },
      ])
      assert.equal(existsSync(capture.folder), false)
    })

    test(`that comes with the start ends ${medium} at once, before any media`, async () => {
      const capture = bench.capture(synthetic, medium)
      capture.open(await synthetic.resolve(medium, undefined))
      const at = capture.cut()
      const { cause, description } = await capture.next('capture.ended')
      assertWithin(Date.now() - at, 1_000, 'the end')
      assert.equal(cause, 'cut')
      assert.equal(description, null)
      assert.equal(capture.reportsWithoutLevels().length, 1)
    })

    test(`that comes twice ends ${medium} once`, async () => {
      const capture = bench.capture(synthetic, medium)
      capture.open(await synthetic.resolve(medium, undefined))
      await capture.next('capture.flowing')
      capture.cut()
      capture.cut()
      await capture.next('capture.ended')
      capture.cut()
      await capture.dispose()
      assert.equal(
        capture.reportsWithoutLevels().filter(({ type }) => type === 'capture.ended').length,
        1,
      )
    })

    test(`with discard leaves nothing of ${medium} on disk`, async () => {
      const capture = bench.capture(synthetic, medium)
      capture.open(await synthetic.resolve(medium, undefined))
      const { file } = await capture.next('capture.flowing')
      assert.ok(existsSync(join(capture.folder, file)))
      capture.cut(1, { discard: true })
      const { description, unfinished } = await capture.next('capture.ended')
      assert.equal(description, null)
      assert.equal(unfinished, false)
      assert.equal(existsSync(capture.folder), false)
    })
  }

  test('with discard removes a finished file too, but not the folder of other files', async () => {
    const capture = bench.capture(synthetic, 'mic')
    const device = await synthetic.resolve('mic', undefined)
    for (const number of [1, 2]) {
      capture.open(device, number)
      await capture.next('capture.flowing', number)
      capture.cut(number)
      await capture.next('capture.ended', number)
    }
    capture.cut(2, { discard: true })
    await removed(join(capture.folder, 'mic-000002.ogg.age'))
    assert.ok(existsSync(join(capture.folder, 'mic-000001.ogg.age')))
    capture.cut(1, { discard: true })
    await removed(capture.folder)
  })

  test('during the start keeps the sound from before it, to the millisecond, and reports no media', async () => {
    // An encoder that is slow to start: the sound has to wait for it.
    const ffmpegPath = fakeProgram(
      join(bench.folder, 'slow'),
      'ffmpeg',
      `
      case "$*" in *pipe:0*) sleep 0.6;; esac
      exec ffmpeg "$@"`,
    )
    const platform = bench.platform({ source: 'synthetic', ffmpegPath })
    const capture = bench.capture(platform, 'mic')
    const device = await platform.resolve('mic', undefined)
    const openedAt = performance.now()
    capture.open(device)
    // Sound that comes faster than time passes is dropped at the beginning.
    do await capture.next('capture.level')
    while (performance.now() - openedAt < 200)
    capture.cut()
    const { description, cause } = await capture.next('capture.ended')
    assert.equal(cause, 'cut')
    assert.ok(description)
    assert.ok(
      description.durationMs >= 100 && description.durationMs < 500,
      `${description.durationMs} ms`,
    )
    assert.ok(
      Math.abs(
        (await decodeSound(join(capture.folder, description.file))).length / 48 -
          description.durationMs,
      ) <= 1,
    )
    assert.deepEqual(
      capture.reportsWithoutLevels().map(({ type }) => type),
      ['capture.ended'],
    )
  })

  for (const medium of ['mic', 'screen'] as const) {
    test(`keeps nothing that ${medium} delivers after it`, async () => {
      // Killing the shell leaves the real program behind it, which writes on until it cannot any
      // more.
      const ffmpegPath = fakeProgram(
        join(bench.folder, `${medium}-goes-on`),
        'ffmpeg',
        `${TIMED_BY_CLOCK}
        trap '' INT; case "$*" in *lavfi*) ffmpeg "$@"; exit;; esac; exec ffmpeg "$@"`,
      )
      const platform = bench.platform({
        source: 'synthetic',
        ffmpegPath,
        limits: { screenQuit: 400 },
      })
      const capture = bench.capture(platform, medium)
      capture.open(await platform.resolve(medium, undefined))
      await capture.next('capture.flowing')
      const at = capture.cut()
      const { description } = await capture.next('capture.ended')
      assert.ok(description)
      assert.ok(
        Date.parse(description.endedAt) <= at + 1,
        `ends ${Date.parse(description.endedAt) - at} ms after the cut`,
      )
      const path = join(capture.folder, description.file)
      const startedAt = Date.parse(description.startedAt)
      if (medium === 'screen') {
        const last = (await frames(path)).at(-1)
        assert.ok(
          last && startedAt + last.atMs <= at,
          `a frame ${startedAt + last!.atMs - at} ms after the cut`,
        )
      } else assert.ok(startedAt + (await decodeSound(path)).length / 48 <= at + 1)
    })
  }

  test('ends an encoder that ignores everything but SIGKILL', async () => {
    const ffmpegPath = fakeProgram(
      join(bench.folder, 'deaf'),
      'ffmpeg',
      `
      case "$*" in *lavfi*pipe:1*) exec ffmpeg "$@";; *-version*) exec ffmpeg -version;; esac
      ${IGNORES_SIGNALS}`,
    )
    const limits = { encoderFinish: 100, encoderTerminate: 50 }
    const platform = bench.platform({ source: 'synthetic', ffmpegPath, limits })
    const capture = bench.capture(platform, 'mic')
    capture.open(await platform.resolve('mic', undefined))
    await capture.next('capture.level')
    const deaf = childWith('tail -f')
    const at = capture.cut()
    await capture.next('capture.ended')
    assertWithin(Date.now() - at, 1_000, 'the end')
    assert.equal(existsSync(`/proc/${deaf}`), false)
  })

  test('keeps the media from before it when the encoder is frozen', async () => {
    const platform = bench.platform({
      source: 'synthetic',
      limits: { encoderFinish: 100, encoderTerminate: 50 },
    })
    const capture = bench.capture(platform, 'mic')
    capture.open(await platform.resolve('mic', undefined))
    await capture.next('capture.flowing')
    process.kill(childWith('libopus'), 'SIGSTOP')
    capture.cut()
    const { description } = await capture.next('capture.ended')
    assert.ok(description && description.durationMs >= 10)
    await decodeSound(join(capture.folder, description.file))
  })

  test('keeps the media from before it when the screen capture is frozen', async () => {
    const platform = bench.platform({ source: 'synthetic', limits: { screenQuit: 100 } })
    const capture = bench.capture(platform, 'screen')
    capture.open(await platform.resolve('screen', undefined))
    await capture.next('capture.flowing')
    process.kill(childWith('testsrc2'), 'SIGSTOP')
    const at = capture.cut()
    const { description } = await capture.next('capture.ended')
    assertWithin(Date.now() - at, 600, 'the end')
    assert.ok(description && description.durationMs > 0)
  })

  test('is not needed for dispose, which ends everything at once', async () => {
    const captures = await Promise.all(
      MEDIA.map(async (medium) => {
        const capture = bench.capture(synthetic, medium)
        capture.open(await synthetic.resolve(medium, undefined))
        await capture.next('capture.flowing')
        return capture
      }),
    )
    await Promise.all(captures.map((capture) => capture.dispose()))
    assert.deepEqual(childrenWith('ffmpeg'), [])
    for (const capture of captures) {
      assert.equal((await capture.next('capture.ended')).cause, 'cut')
      capture.open({ id: 'any', label: 'any' }, 2)
      assert.equal((await capture.next('capture.ended', 2)).description, null)
    }
  })
})

async function removed(path: string): Promise<void> {
  await eventually(`${path} is removed`, () => !existsSync(path))
}
