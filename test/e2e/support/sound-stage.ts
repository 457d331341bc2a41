import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pactl } from '../../../lab/microphone.ts'
import { SoundRelay } from '../../../lab/sound-relay.ts'
import { startVirtualDesktop } from '../../../lab/virtual-desktop.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import type { Medium } from '../../../src/contract/media.ts'
import type { ApplicationView, RecordingAnswer } from '../../../src/contract/views.ts'
import { assertWithin } from '../../support/machine.ts'
import type { SoundServerCase } from '../../support/sound-servers.ts'
import { staticFfmpeg } from '../../support/static-ffmpeg.ts'
import { eventually, type Test } from '../../support/suite.ts'
import { assertAccounted } from './accounting.ts'
import { eventsOf, ofType } from './history.ts'
import { assertFilesAreAsLogged } from './media-check.ts'
import { startObserved } from './observed-daemon.ts'
import type { SoundWorld } from './sound-fault-list.ts'
import { createStallingFfmpeg } from './stalling-ffmpeg.ts'

const STOP_MS = 5_000

/** The real daemon on a desktop whose sound can be made to fail. */
export class SoundStage {
  world!: SoundWorld
  #folder = ''
  /** The recordings so far, and the files of them that have been checked. */
  readonly #ids: string[] = []
  readonly #checked = new Set<string>()

  /** Starts it before the tests of a suite, repairs it after each, and ends it after all. */
  static for(test: Test, server: SoundServerCase): SoundStage {
    const stage = new SoundStage()
    if (server.problem !== null) return stage
    test.before(() => stage.#start(server))
    test.afterEach(() => stage.#repair())
    test.after(() => stage.#end())
    return stage
  }

  async #start({ soundServer, isPipeWire }: SoundServerCase): Promise<void> {
    const desktop = await startVirtualDesktop({ width: 320, height: 180, soundServer })
    // Each server's faults with one of the two classes of ffmpeg that people have.
    const ffmpeg = createStallingFfmpeg(isPipeWire ? staticFfmpeg : undefined)
    this.#folder = await mkdtemp(join(tmpdir(), 'f2f-relay-'))
    const relay = await SoundRelay.start(this.#folder, desktop.env)
    const env = { ...desktop.env, ...relay.env, FFMPEG_BIN: ffmpeg.path }
    this.world = { desktop, ffmpeg, relay, daemon: await startObserved({ source: 'devices', env }) }
  }

  /** Makes everything good that a failed test has left, so that it takes no other with it. */
  async #repair(): Promise<void> {
    const { daemon, desktop, ffmpeg } = this.world
    ffmpeg.release()
    for (const pid of Object.values(desktop.soundPrograms))
      if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGCONT')
    await desktop.reviveSound()
    await pactl(desktop.env, 'set-source-mute', desktop.micSource, '0')
    await pactl(desktop.env, 'set-default-source', desktop.micSource)
    for (const last of ['stop', 'close']) await daemon.api('POST', `/recordings/current/${last}`)
  }

  async #end(): Promise<void> {
    await this.world.daemon.stop()
    await this.world.relay.stop()
    await this.world.desktop.stop()
    for (const path of [this.world.daemon.home, this.#folder])
      await rm(path, { recursive: true, force: true })
  }

  /** Sends a command about the current recording; `new` starts one. */
  async command(name: string, body: object = {}): Promise<RecordingAnswer> {
    const path = name === 'new' ? '/recordings' : `/recordings/current/${name}`
    const answer = await this.world.daemon.command(path, body)
    if (name === 'new') this.#ids.push(answer.id)
    return answer
  }

  async application(): Promise<ApplicationView> {
    return (await this.world.daemon.api('GET', '/application')).body
  }

  async stateOf(medium: Medium): Promise<string> {
    return (await this.world.daemon.api('GET', '/recordings/current')).body.tracks[medium].state
  }

  /** Resolves with all events of a type once there are as many as are expected. */
  happened<T extends LogEvent['type']>(type: T, limitMs: number, count = 1) {
    return eventually(
      `${count} ${type}`,
      async () => {
        const found = ofType(await eventsOf(this.world.daemon), type)
        return found.length >= count && found
      },
      limitMs,
    )
  }

  /**
   * Stops in time, with every second accounted for, and one piece of each medium that had no fault.
   */
  async stopAndJudge(faulty: Medium[]): Promise<RecordingAnswer> {
    const since = performance.now()
    const stopped = await this.command('stop')
    assertWithin(performance.now() - since, STOP_MS, 'the stop')
    for (const [medium, track] of Object.entries(stopped.tracks))
      if (track.state !== 'off' && !faulty.includes(medium as Medium))
        assert.equal(track.segments, 1, medium)
    assertAccounted(stopped)
    const { daemon } = this.world
    const events = await Promise.all(this.#ids.map((id) => eventsOf(daemon, id)))
    await assertFilesAreAsLogged(daemon.home, events.flat(), this.#checked)
    return stopped
  }
}
