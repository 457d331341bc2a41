import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pactl } from '../../lab/microphone.ts'
import { startVirtualDesktop, type VirtualDesktop } from '../../lab/virtual-desktop.ts'
import type { Medium } from '../../src/contract/media.ts'
import { assertWithin } from '../support/machine.ts'
import { suiteOnEachServer } from '../support/sound-servers.ts'
import { eventually } from '../support/suite.ts'
import { eventsOf, ofType } from './support/history.ts'
import { type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

const SOUND = { media: ['audio'] }
/** A pause or stop beside a server that is away; it waits for nothing but its disk. */
const END_MS = 1_000
/** A command waits for media for 5 s. */
const GIVE_UP_MS = 6_500

suiteOnEachServer('a sound server that has just gone', (test, { soundServer, problem }) => {
  let desktop: VirtualDesktop
  let daemon: ObservedDaemon
  test.before(async () => {
    if (problem) return
    desktop = await startVirtualDesktop({ width: 320, height: 180, soundServer })
    daemon = await startObserved({ source: 'devices', env: desktop.env })
  })
  test.afterEach(async () => {
    if (problem) return
    await desktop.reviveSound()
    for (const last of ['stop', 'close']) await daemon.api('POST', `/recordings/current/${last}`)
  })
  test.after(async () => {
    if (problem) return
    await daemon.stop()
    await desktop.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  const post = (path: string, body: object = {}) => daemon.api('POST', path, body)
  const stateOf = async (medium: Medium) =>
    (await daemon.api('GET', '/recordings/current')).body.tracks[medium].state
  /** Kills what sound clients speak to. */
  async function killServer(): Promise<void> {
    const pid = desktop.pids.pulseaudio
    process.kill(pid, 'SIGKILL')
    await eventually('the end of the server', () => !existsSync(`/proc/${pid}`))
  }
  /** Resumes while the server is away. Resolves when both tracks are starting. */
  async function resumeWithoutServer(): Promise<{ answer: ReturnType<typeof post> }> {
    await daemon.command('/recordings', SOUND)
    await daemon.command('/recordings/current/pause')
    await killServer()
    const answer = post('/recordings/current/resume')
    await eventually('the start of both tracks', async () => (await stateOf('mic')) === 'starting')
    return { answer }
  }

  test.unless(problem, 'a resume waits for it, and says so only when media flow', async () => {
    const { answer } = await resumeWithoutServer()
    await desktop.reviveSound()
    const { status, body } = await answer
    assert.equal(status, 200, body.detail)
    assert.deepEqual([body.tracks.mic.state, body.tracks.speaker.state], Array(2).fill('recording'))
    const stopped = await daemon.command('/recordings/current/stop')
    for (const medium of ['mic', 'speaker'] as const)
      assert.equal(stopped.tracks[medium]?.segments, 2, medium)
    const types = (await eventsOf(daemon, stopped.id)).map(({ type }) => type)
    assert.ok(types.lastIndexOf('track.resumed') > types.lastIndexOf('segment.opened'))
  })

  test.unless(problem, 'a start waits for it', async () => {
    await daemon.command('/recordings', SOUND)
    await daemon.command('/recordings/current/stop')
    await killServer()
    const answer = post('/recordings', SOUND)
    await desktop.reviveSound()
    const { status, body } = await answer
    assert.equal(status, 201, body.detail)
  })

  test.unless(
    problem,
    'a start does not take the stand-in for a speaker of a server that has just come back',
    async () => {
      for (let time = 1; time <= 3; time++) {
        await daemon.command('/recordings', SOUND)
        await daemon.command('/recordings/current/stop')
        await daemon.command('/recordings/current/close')
        await killServer()
        const revived = desktop.reviveSound()
        await eventually('a speaker', async () =>
          /auto_null|speaker/.test(
            await pactl(desktop.env, 'list', 'short', 'sinks').catch(() => ''),
          ),
        )
        const { status, body } = await post('/recordings', SOUND)
        assert.equal(status, 201, body.detail)
        assert.equal(body.tracks.speaker.device.id, desktop.speakerSink)
        await post('/recordings/current/stop')
        await post('/recordings/current/close')
        await revived
      }
    },
  )

  test.unless(problem, 'a pause and a stop do not wait for it, and win', async () => {
    for (const end of ['pause', 'stop']) {
      const { answer } = await resumeWithoutServer()
      const since = performance.now()
      const { status } = await post(`/recordings/current/${end}`)
      assertWithin(performance.now() - since, END_MS, end)
      assert.equal(status, 200, end)
      const resumed = await answer
      assert.deepEqual([resumed.status, resumed.body.code], [503, 'INTERRUPTED'])
      await desktop.reviveSound()
      const { id } = await daemon.command('/recordings/current/tags', { tags: { after: end } })
      assert.equal(ofType(await eventsOf(daemon, id), 'segment.opened').length, 2, 'the first two')
      await post('/recordings/current/stop')
      await post('/recordings/current/close')
    }
  })

  test.unless(problem, 'a stop also ends a start that waits for it', async () => {
    await daemon.command('/recordings', SOUND)
    await daemon.command('/recordings/current/stop')
    await daemon.command('/recordings/current/close')
    await killServer()
    const answer = post('/recordings', SOUND)
    let isAnswered = false
    void answer.then(() => {
      isAnswered = true
    })
    // The first may come before the start.
    await eventually('the end of the start', async () => {
      await post('/recordings/current/stop')
      return isAnswered
    })
    const { status, body } = await answer
    assert.deepEqual([status, body.code], [503, 'INTERRUPTED'])
  })

  test.unless(problem, 'one that does not come back is named after some seconds', async () => {
    const { answer } = await resumeWithoutServer()
    const since = performance.now()
    const { status, body } = await answer
    assertWithin(performance.now() - since, GIVE_UP_MS, 'the answer')
    assert.deepEqual([status, body.code], [503, 'DEVICE_UNAVAILABLE'])
    assert.match(body.detail, /No sound server answers/)
  })
})
