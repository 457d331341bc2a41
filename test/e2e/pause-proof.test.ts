import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { decodeAudio } from '../../lab/measure.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import { assertWithin } from '../support/machine.ts'
import { suite } from '../support/suite.ts'
import { eventsOf, ofType } from './support/history.ts'
import { notLinux, type ObservedDaemon, startObserved } from './support/observed-daemon.ts'
import { COLORS, colorsIn, loudestDb } from './support/traces.ts'

const impossible = (await virtualDesktopProblem()) ?? notLinux
/** `npm run test:long` makes 50. */
const PAUSES = Number(process.env.F2F_PAUSES ?? 8)
const TONE_HZ = 1_000
const NO_TRACE_DB = -60
const PAUSE_LIMIT_MS = 250

/** Size of every file below a folder by its path, but for those of the log. */
function filesOf(home: string): Record<string, number> {
  const files = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.slice(home.length + 1).startsWith('log'))
  return Object.fromEntries(files.map((path) => [path, statSync(path).size]))
}

suite('a pause is proof', (test) => {
  let desktop: VirtualDesktop
  let daemon: ObservedDaemon
  test.before(async () => {
    if (!impossible) desktop = await startVirtualDesktop({ width: 640, height: 360 })
  })
  test.after(() => desktop?.stop())
  test.beforeEach(async () => {
    if (!impossible) daemon = await startObserved({ source: 'devices', env: desktop.env })
  })
  test.afterEach(async () => {
    if (impossible) return
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  const command = async (path: string, body?: unknown): Promise<string> =>
    (await daemon.command(path, body)).id

  /**
   * Does what must not be recorded: plays a tone at both sound devices and a red screen, shown as
   * long as `during` takes.
   */
  async function secretly(during: () => Promise<void>): Promise<void> {
    await desktop.fillScreen(COLORS.red.hex)
    const tone = { toneHz: TONE_HZ, seconds: 30 }
    const sounds = await Promise.all([desktop.play('mic', tone), desktop.play('speaker', tone)])
    await during()
    await Promise.all(sounds.map((sound) => sound.stop()))
    await desktop.fillScreen(COLORS.green.hex)
    // What a stopped player has already handed over is still being played.
    await delay(200)
  }

  /**
   * Every media file below the home shows green and nothing of what happened in the pauses; how
   * many there are.
   */
  async function assertNoTrace(): Promise<number> {
    const files = Object.keys(filesOf(daemon.home))
    assert.deepEqual(
      files.filter((path) => /\.(ogg|mp4|tail|part|tmp)$/.test(path)),
      [],
      'all media are sealed and whole',
    )
    const media = files.filter((path) => /\.(ogg|mp4)\.age$/.test(path))
    for (const path of media) {
      if (path.endsWith('.mp4.age')) {
        assert.deepEqual([...(await colorsIn(path))], ['green'], path)
        continue
      }
      const level = loudestDb(await decodeAudio(path), TONE_HZ)
      assert.ok(level < NO_TRACE_DB, `${path} has the tone of a pause: ${level} dB`)
    }
    return media.length
  }

  test.unless(
    impossible,
    `over ${PAUSES} of them nothing is heard or seen of what happened in one`,
    async () => {
      await desktop.fillScreen(COLORS.green.hex)
      const id = await command('/recordings', {})
      const tookMs: number[] = []
      for (let pause = 1; pause <= PAUSES; pause++) {
        await delay(200)
        const asked = performance.now()
        await command('/recordings/current/pause')
        tookMs.push(performance.now() - asked)
        assert.deepEqual(daemon.captures(), [], 'no process captures in a pause')
        const before = filesOf(daemon.home)
        await secretly(() => delay(100))
        assert.deepEqual(filesOf(daemon.home), before, 'nothing is written in a pause')
        await command('/recordings/current/resume')
      }
      await delay(200)
      await command('/recordings/current/stop')
      assert.equal(await assertNoTrace(), 3 * (PAUSES + 1))
      for (const { at, data } of ofType(await eventsOf(daemon, id), 'track.pausing'))
        assert.equal(data.cutAt, at)
      const median = tookMs.sort((a, b) => a - b)[Math.floor(PAUSES / 2)] as number
      assertWithin(median, PAUSE_LIMIT_MS, 'half of the pauses')
    },
    { limitMs: 30_000 + 5_000 * PAUSES },
  )

  test.unless(impossible, 'it counts from its arrival, not from its answer', async () => {
    await desktop.fillScreen(COLORS.green.hex)
    await command('/recordings', {})
    await delay(300)
    const paused = command('/recordings/current/pause')
    // An answer to what was sent behind it proves that it has arrived.
    await fetch(`${daemon.url}/healthz`)
    await secretly(async () => void (await paused))
    await command('/recordings/current/resume')
    await delay(200)
    await command('/recordings/current/stop')
    assert.equal(await assertNoTrace(), 6)
  })

  test.unless(
    impossible,
    'also when the recorder is killed in one, and after it has recovered',
    async () => {
      await desktop.fillScreen(COLORS.green.hex)
      const id = await command('/recordings', {})
      await delay(300)
      await command('/recordings/current/pause', { maxPauseSeconds: 600 })
      await secretly(async () => {
        await delay(200)
        daemon.kill('SIGKILL')
        await daemon.exited
        assert.deepEqual(daemon.captures(), [])
        assert.equal(await assertNoTrace(), 3)
        daemon = await startObserved({ source: 'devices', env: desktop.env, home: daemon.home })
        await delay(300)
        assert.deepEqual(daemon.captures(), [], 'nothing starts by itself')
      })
      const { body } = await daemon.api('GET', `/recordings/${id}`)
      assert.equal(body.state, 'WrapUp')
      for (const track of Object.values(body.tracks) as { gaps: { reason: string }[] }[])
        assert.equal(track.gaps.at(-1)?.reason, 'paused')
      assert.equal(await assertNoTrace(), 3)
    },
  )
})
