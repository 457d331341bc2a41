import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { output, startHelper, untilReady } from '../../lab/helper-process.ts'
import { decodeAudio, frameColor, type Samples, toneDb } from '../../lab/measure.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import type { EventOf } from '../../src/contract/events.ts'
import type { Medium } from '../../src/contract/media.ts'
import { assertWithin, slowness } from '../support/machine.ts'
import { suite } from '../support/suite.ts'
import { eventsOf, ofType } from './support/history.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'
import { COLORS, type ColorName, isColor, loudestDb } from './support/traces.ts'

const noDesktop = await virtualDesktopProblem()

const MIC_HZ = 1_000
const SPEAKER_HZ = 3_000
/** A sine of full scale is 0 dB; the tones are played at −10 dB. */
/** Played at −10 dBFS; a player that starves loses some of it. */
const HEARD_DB = -18
const NOT_HEARD_DB = -70
/** How far a recorded time may be from the wall clock. */
const CLOCK_MS = 150
/** How long each colour is shown at least. */
const SHOWN_MS = 700
const RATE = 48_000
/** Louder than background noise. */
const LOUD = 0.05

type Closed = EventOf<'segment.closed'>['data']
/** Second of the first sample that is louder than background noise. */
function onset(samples: Samples): number {
  return samples.findIndex((sample) => Math.abs(sample) > LOUD) / RATE
}

suite('what is recorded', (test) => {
  let desktop: VirtualDesktop
  let daemon: ObservedDaemon
  test.before(async () => {
    if (!noDesktop) desktop = await startVirtualDesktop({ width: 640, height: 360 })
  })
  test.after(() => desktop?.stop())
  test.beforeEach(async () => {
    if (!noDesktop) daemon = await startObserved({ source: 'devices', env: desktop.env })
  })
  test.afterEach(async () => {
    if (noDesktop) return
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  const command = async (path: string, body?: unknown): Promise<string> =>
    (await daemon.command(path, body)).id

  const closedOf = async (): Promise<Closed[]> =>
    ofType(await eventsOf(daemon), 'segment.closed').map(({ data }) => data)
  const pathOf = (id: string, { file }: Closed): string => join(daemon.home, 'recordings', id, file)

  /**
   * Listens to a source itself; `soundAt` is the wall-clock time (epoch ms) of the first sound
   * there.
   */
  async function listenTo(source: string): Promise<{ soundAt: Promise<number> }> {
    const args = [
      '--raw',
      '--format=s16le',
      `--rate=${RATE}`,
      '--channels=1',
      '--latency-msec=20',
      '-d',
      source,
    ]
    const listener = await startHelper('parec', args, {
      env: { ...process.env, ...desktop.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // A sample can only come late, never early: the earliest beginning that any of the pieces
    // points to is the nearest.
    let beginning = Number.POSITIVE_INFINITY
    let count = 0
    const soundAt = new Promise<number>((resolve) => {
      listener.child.stdout?.on('data', (chunk: Buffer) => {
        const before = count
        count += chunk.length >> 1
        beginning = Math.min(beginning, Date.now() - (count / RATE) * 1_000)
        for (let index = before; index < count; index++) {
          if (Math.abs(chunk.readInt16LE(2 * (index - before))) <= LOUD * 32_768) continue
          return resolve(beginning + (index / RATE) * 1_000)
        }
      })
    })
    await untilReady(listener, once(listener.child.stdout!, 'data'))
    return { soundAt: untilReady(listener, soundAt, 30_000).finally(() => listener.stop()) }
  }

  test.unless(
    noDesktop,
    'is what was there: each sound on its own track, each colour at its time',
    async () => {
      await desktop.fillScreen(COLORS.red.hex)
      const id = await command('/recordings', {})
      const shown: { color: ColorName; from: number; to: number; until: number }[] = []
      const heard = {
        mic: await listenTo(desktop.micSource),
        speaker: await listenTo(`${desktop.speakerSink}.monitor`),
      }
      const mic = await desktop.play('mic', { toneHz: MIC_HZ, seconds: 30 })
      const speaker = await desktop.play('speaker', { toneHz: SPEAKER_HZ, seconds: 30 })
      for (const color of ['green', 'blue', 'red'] as const) {
        const from = Date.now()
        await desktop.fillScreen(COLORS[color].hex)
        const to = Date.now()
        await delay(SHOWN_MS * Math.min(3, slowness(2_000)))
        shown.push({ color, from, to, until: Date.now() })
      }
      await command('/recordings/current/stop')
      await Promise.all([mic.stop(), speaker.stop()])

      const segments = await closedOf()
      const segment = (medium: Medium): Closed => segments.find((one) => one.medium === medium)!
      const sounds = {
        mic: await decodeAudio(pathOf(id, segment('mic'))),
        speaker: await decodeAudio(pathOf(id, segment('speaker'))),
      }
      const levels = {
        micOwn: loudestDb(sounds.mic, MIC_HZ),
        micOther: toneDb(sounds.mic, SPEAKER_HZ),
        speakerOwn: loudestDb(sounds.speaker, SPEAKER_HZ),
        speakerOther: toneDb(sounds.speaker, MIC_HZ),
      }
      const told = JSON.stringify(levels)
      assert.ok(levels.micOwn > HEARD_DB && levels.speakerOwn > HEARD_DB, told)
      assert.ok(levels.micOther < NOT_HEARD_DB && levels.speakerOther < NOT_HEARD_DB, told)

      const onsets = {
        mic:
          Date.parse(segment('mic').startedAt) +
          onset(sounds.mic) * 1_000 -
          (await heard.mic.soundAt),
        speaker:
          Date.parse(segment('speaker').startedAt) +
          onset(sounds.speaker) * 1_000 -
          (await heard.speaker.soundAt),
      }
      for (const [medium, offMs] of Object.entries(onsets))
        assertWithin(Math.abs(offMs), CLOCK_MS, `${medium}: the tone from its time`)

      const screen = segment('screen')
      const secondOf = (at: number): number => (at - Date.parse(screen.startedAt)) / 1_000
      let before: ColorName = 'red'
      for (const { color, from, to, until } of shown) {
        // A starved machine captures a change later.
        const lateMs = Math.min(until - to - CLOCK_MS, CLOCK_MS * slowness(10_000))
        const earlier = await frameColor(pathOf(id, screen), secondOf(from - CLOCK_MS))
        const later = await frameColor(pathOf(id, screen), secondOf(to + lateMs))
        assert.ok(isColor(earlier, before), `${CLOCK_MS} ms before ${color} it was ${earlier}`)
        assert.ok(isColor(later, color), `${lateMs} ms after ${color} it was ${later}`)
        before = color
      }
    },
  )

  test.unless(noDesktop, 'can begin while the speaker is idle', async () => {
    const env = { ...process.env, ...desktop.env }
    const sink = 'module-null-sink sink_name=idle_speaker rate=48000 channels=2'.split(' ')
    const module = (await output('pactl', ['load-module', ...sink], { env })).toString().trim()
    try {
      const askedAt = performance.now()
      await command('/recordings', { media: ['speaker'], devices: { speaker: 'idle_speaker' } })
      const tookMs = performance.now() - askedAt
      assertWithin(tookMs, 3_000, 'the start')
      await delay(500)
      await command('/recordings/current/stop')
      const [segment] = await closedOf()
      assert.ok(segment!.durationMs > 400, `${segment!.durationMs} ms of silence`)
    } finally {
      await output('pactl', ['unload-module', module], { env })
    }
  })
})

suite('a screen that cannot be seen', (test) => {
  test.unless(
    noDesktop,
    'on Wayland is unavailable without grant, with the reason, and the sound can be recorded',
    async () => {
      const desktop = await startVirtualDesktop()
      const wayland = {
        DISPLAY: undefined,
        WAYLAND_DISPLAY: 'wayland-0',
        XDG_SESSION_TYPE: 'wayland',
      }
      const daemon = await startObserved({ source: 'devices', env: { ...desktop.env, ...wayland } })
      try {
        const refused = await daemon.api('POST', '/recordings', {})
        assert.equal(refused.status, 503, JSON.stringify(refused.body))
        assert.equal(refused.body.code, 'DEVICE_UNAVAILABLE')
        assert.equal(refused.body.medium, 'screen')
        assert.match(refused.body.detail, /f2f setup screen|gst-launch/)
        assert.deepEqual(daemon.captures(), [])
        const { body: devices } = await daemon.api('GET', '/devices')
        assert.equal(devices.screen.available, false)
        assert.match(devices.screen.reason, /f2f setup screen|gst-launch/)
        const { status, body } = await daemon.api('POST', '/recordings', { require: 'any' })
        assert.equal(status, 201, JSON.stringify(body))
        assert.equal(body.tracks.mic.state, 'recording')
        assert.equal(body.tracks.screen.state, 'failed')
      } finally {
        await daemon.stop()
        await desktop.stop()
        await rm(daemon.home, { recursive: true, force: true })
      }
    },
  )
})
