import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { between, decodeAudio, secondsOf, toneDb } from '../../lab/measure.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import type { ReadinessCheck, RecordingAnswer } from '../../src/contract/views.ts'
import { eventually, suite } from '../support/suite.ts'
import { probe, save } from './support/composed.ts'
import { eventsOf, ofType } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

/**
 * An ffmpeg of December 2018 (between 4.1 and 4.2) without a release number: one of the static
 * builds that ffmpeg-static downloads, but this package brings it along.
 */
const { path: FFMPEG_BIN } = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as {
  path: string
}
const problem = await virtualDesktopProblem()
const HZ = { mic: 1_000, speaker: 3_000 }
/** Seconds of sound that are judged together. */
const STRETCH_S = 0.1

suite('an old static build of ffmpeg', (test) => {
  let desktop: VirtualDesktop
  let daemon: ObservedDaemon
  let folder: string
  let recording: RecordingAnswer
  test.before(async () => {
    if (problem) return
    folder = await mkdtemp(join(tmpdir(), 'f2f-static-'))
    desktop = await startVirtualDesktop({ width: 640, height: 360, movement: true })
    daemon = await startObserved({ source: 'devices', env: { ...desktop.env, FFMPEG_BIN } })
  })
  test.after(async () => {
    await daemon?.stop()
    await desktop?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  test.unless(problem, 'is found fit, and its version is named', async () => {
    const { body } = await daemon.api('GET', '/readiness')
    const encoder = body.checks.find(({ id }: ReadinessCheck) => id === 'encoder')
    assert.equal(encoder.result, 'pass', JSON.stringify(encoder))
    assert.match(encoder.detail, /libavcodec 58\.42/)
  })

  test.unless(problem, 'records microphone, speaker and screen', async () => {
    const sounds = await Promise.all(
      (['mic', 'speaker'] as const).map((where) =>
        desktop.play(where, { toneHz: HZ[where], seconds: 60 }),
      ),
    )
    const { id } = await daemon.command('/recordings', {})
    await eventually('a live picture', async () => {
      const headers = { Authorization: `Bearer ${daemon.token}` }
      return (await fetch(`${daemon.url}/v1/recordings/current/picture`, { headers })).ok
    })
    await daemon.command('/recordings/current/pause')
    await daemon.command('/recordings/current/resume')
    await eventually('another second', async () => {
      const { body } = await daemon.api('GET', `/recordings/${id}`)
      return Date.now() - Date.parse(body.startedAt) > 4_000
    })
    recording = await daemon.command('/recordings/current/stop')
    await Promise.all(sounds.map((sound) => sound.stop()))
    const events = await eventsOf(daemon)
    await assertFilesAreAsLogged(daemon.home, events)
    for (const track of Object.values(recording.tracks)) assert.equal(track.segments, 2)
    for (const { data } of ofType(events, 'segment.closed')) {
      const { medium, file } = data
      if (medium === 'screen') continue
      const samples = await decodeAudio(join(daemon.home, 'recordings', id, file))
      // In each stretch by itself: over all of them, a slip of a millisecond would cancel the tone.
      const levels: number[] = []
      for (let from = 0; from + STRETCH_S <= secondsOf(samples); from += STRETCH_S)
        levels.push(toneDb(between(samples, from, from + STRETCH_S), HZ[medium]))
      // The median: a busy machine may starve the player of the tone for a moment.
      const median = levels.sort((a, b) => a - b)[Math.floor(levels.length / 2)]
      assert.ok(median !== undefined && median > -20, `${median} dB in ${file}`)
    }
  })

  test.unless(problem, 'exports the recording, and shows its waveform', async () => {
    const { id } = recording
    const film = join(folder, 'all.mp4')
    await save(daemon, `/recordings/${id}/export`, film)
    const { streams, format } = await probe(film)
    const codecs = streams.map(({ codec_name: name }) => name)
    for (const codec of ['h264', 'aac']) assert.ok(codecs.includes(codec), codecs.join())
    const lengthS = (Date.parse(recording.endedAt!) - Date.parse(recording.startedAt)) / 1_000
    assert.ok(Math.abs(Number(format.duration) - lengthS) < 0.3, `${format.duration} s`)
    const headers = { Authorization: `Bearer ${daemon.token}` }
    const peaks = await fetch(`${daemon.url}/v1/recordings/${id}/segments/mic/1/peaks`, { headers })
    assert.ok(Math.max(...new Uint8Array(await peaks.arrayBuffer())) > 40)
  })
})
