import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeAudio } from '../../lab/measure.ts'
import {
  startVirtualDesktop,
  type VirtualDesktop,
  virtualDesktopProblem,
} from '../../lab/virtual-desktop.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertAccounted } from './support/accounting.ts'
import { eventsOf, ofType } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'
import { loudestDb } from './support/traces.ts'

const noDesktop = await virtualDesktopProblem('pipewire')
const MIC_HZ = 1_000
const PAUSED_HZ = 2_000
const SPEAKER_HZ = 4_000
const HEARD_DB = -20
/** A millisecond of the tone is louder; the click at the end of another tone is not. */
const NO_TRACE_DB = -45

suite('recording on PipeWire', (test) => {
  let desktop: VirtualDesktop
  let daemon: ObservedDaemon
  test.beforeEach(async () => {
    if (noDesktop) return
    desktop = await startVirtualDesktop({ width: 320, height: 180, soundServer: 'pipewire' })
    daemon = await startObserved({ source: 'devices', env: desktop.env })
  })
  test.afterEach(async () => {
    await daemon?.stop()
    await desktop?.stop()
    if (daemon) await rm(daemon.home, { recursive: true, force: true })
  })

  const command = (name: string, body: object = {}): Promise<RecordingAnswer> =>
    daemon.command(name === 'new' ? '/recordings' : `/recordings/current/${name}`, body)

  /** The levels of tones in the segments of a medium. */
  async function levelsOf(id: string, medium: string, hertz: number[]): Promise<number[][]> {
    const closed = ofType(await eventsOf(daemon), 'segment.closed')
    return Promise.all(
      closed
        .filter(({ data }) => data.medium === medium)
        .map(async ({ data }) => {
          const samples = await decodeAudio(join(daemon.home, 'recordings', id, data.file))
          return hertz.map((one) => loudestDb(samples, one))
        }),
    )
  }

  /** Waits until the tracks of the recording have lasted for a while longer. */
  async function recordFor(ms: number): Promise<void> {
    const until = Date.now() + ms
    await eventually('time passes', () => Date.now() >= until, 2 * ms)
  }

  test.unless(noDesktop, 'starts, pauses, resumes and stops like on PulseAudio', async () => {
    const speaker = await desktop.play('speaker', { toneHz: SPEAKER_HZ, seconds: 60 })
    const before = await desktop.play('mic', { toneHz: MIC_HZ, seconds: 60 })
    const { id } = await command('new')
    await recordFor(1_000)
    await command('pause')
    await before.stop()
    const private_ = await desktop.play('mic', { toneHz: PAUSED_HZ, seconds: 60 })
    await recordFor(300)
    await private_.stop()
    const after = await desktop.play('mic', { toneHz: MIC_HZ, seconds: 60 })
    await command('resume')
    await recordFor(2_000)
    const stopped = await command('stop')
    await Promise.all([speaker.stop(), after.stop()])

    assert.equal(stopped.state, 'WrapUp')
    assertAccounted(stopped)
    const events = await eventsOf(daemon)
    await assertFilesAreAsLogged(daemon.home, events)
    assert.deepEqual(ofType(events, 'track.recovering'), [])
    assert.deepEqual(ofType(events, 'warning.raised'), [])
    for (const track of Object.values(stopped.tracks)) assert.equal(track.segments, 2)
    for (const [own = 0, paused = 0] of await levelsOf(id, 'mic', [MIC_HZ, PAUSED_HZ]))
      assert.ok(own > HEARD_DB && paused < NO_TRACE_DB, `${own} and ${paused} dB`)
    for (const [own = 0] of await levelsOf(id, 'speaker', [SPEAKER_HZ]))
      assert.ok(own > HEARD_DB, `${own} dB at the speaker`)
    assert.deepEqual(daemon.captures(), [])
  })
})
