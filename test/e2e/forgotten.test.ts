import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { eventsOf, ofType } from './support/history.ts'
import { notLinux, type ObservedDaemon, startObserved } from './support/observed-daemon.ts'

/** How late a timer may be. */
const LATE_MS = 1_000

suite('what is forgotten', (test) => {
  let home: string
  let daemon: ObservedDaemon
  test.beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
    daemon = await startObserved({ home })
  })
  test.afterEach(async () => {
    await daemon.stop()
    await rm(home, { recursive: true, force: true })
  })

  async function start(body: Record<string, unknown>): Promise<string> {
    const { status, body: recording } = await daemon.api('POST', '/recordings', {
      media: ['mic'],
      ...body,
    })
    assert.equal(status, 201, JSON.stringify(recording))
    return recording.id
  }

  const stateOf = async (id: string): Promise<string> =>
    (await daemon.api('GET', `/recordings/${id}`)).body.state

  test.unless(
    notLinux,
    'a recording that nobody stops is ended by the recorder, as an event',
    async () => {
      const id = await start({ maxDurationSeconds: 4, wrapUpSeconds: 3600 })
      await eventually('it is over', async () => (await stateOf(id)) === 'WrapUp', 10_000)
      await eventually('no process captures any more', () => daemon.captures().length === 0)
      const events = await eventsOf(daemon, id)
      const [over] = ofType(events, 'recording.wrapUpStarted')
      assert.equal(over?.data.reason, 'maxDuration')
      assert.equal(over?.by.side, 'system')
      const stop = ofType(events, 'command.accepted').find(
        ({ data }) => data.command === 'track.stop',
      )
      assert.equal(stop?.by.side, 'system')
      const [planned] = ofType(events, 'recording.starting')
      const lateMs = Date.parse(over!.at) - Date.parse(planned!.data.endsBy)
      assert.ok(lateMs >= 0, `it was ended ${-lateMs} ms before its time`)
      assertWithin(lateMs, LATE_MS, 'the end after its time')
    },
  )

  test.unless(notLinux, 'a paused recording that nobody stops is ended too', async () => {
    const id = await start({ maxDurationSeconds: 4, wrapUpSeconds: 3600 })
    assert.equal((await daemon.api('POST', '/recordings/current/pause')).status, 200)
    await eventually('it is over', async () => (await stateOf(id)) === 'WrapUp', 10_000)
  })

  test.unless(notLinux, 'a wrap-up that nobody closes is closed by its timer', async () => {
    const id = await start({ wrapUpSeconds: 1 })
    assert.equal((await daemon.api('POST', '/recordings/current/stop')).body.state, 'WrapUp')
    await eventually('it is closed', async () => (await stateOf(id)) === 'Closed')
    const [closed] = ofType(await eventsOf(daemon, id), 'recording.closed')
    assert.equal(closed?.data.reason, 'timer')
    assert.equal(closed?.by.side, 'system')
    assert.equal((await daemon.api('GET', '/recordings/current')).status, 404)
  })

  test.unless(notLinux, 'the timer of a wrap-up goes on after kill -9 and a restart', async () => {
    const id = await start({ wrapUpSeconds: 4 })
    const stopped = await daemon.api('POST', '/recordings/current/stop')
    daemon.kill()
    await daemon.exited
    daemon = await startObserved({ home })
    const restartedAt = Date.now()
    await eventually('it is closed', async () => (await stateOf(id)) === 'Closed')
    const [closed] = ofType(await eventsOf(daemon, id), 'recording.closed')
    assert.equal(closed?.data.reason, 'timer')
    const due = Date.parse(stopped.body.wrapUp.endsAt)
    assert.ok(Date.parse(closed!.at) >= due, `it was closed at ${closed!.at}`)
    // Where the restart took longer than the wrap-up, its end is due at once.
    const lateMs = Date.parse(closed!.at) - Math.max(due, restartedAt)
    assertWithin(lateMs, LATE_MS, 'the close after its time')
  })

  test.unless(
    notLinux,
    'a wrap-up whose time went by while the recorder was off is closed when it is on again',
    async () => {
      const id = await start({ wrapUpSeconds: 1 })
      const stopped = await daemon.api('POST', '/recordings/current/stop')
      daemon.kill()
      await daemon.exited
      await eventually(
        'its time is over',
        () => Date.now() > Date.parse(stopped.body.wrapUp.endsAt),
      )
      daemon = await startObserved({ home })
      await eventually('it is closed', async () => (await stateOf(id)) === 'Closed')
      assert.equal(ofType(await eventsOf(daemon, id), 'recording.closed')[0]?.data.reason, 'timer')
    },
  )
})
