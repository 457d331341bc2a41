import assert from 'node:assert/strict'
import type { LogEvent } from '../../src/contract/events.ts'
import type { ReplayState } from '../../src/contract/replay.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'

suite('replay over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  let id: string
  let events: LogEvent[]

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
    const { api, ui } = clients
    id = (await ui.start({ media: ['mic', 'screen'] })).body.id
    await api.command('pause')
    await api.command('tags', { tags: { customer: 'C-1' } })
    await ui.command('pause', { media: ['mic'] })
    await ui.command('pause', { media: ['mic'] })
    await ui.command('resume')
    await ui.command('stop')
    await ui.command('close')
    events = (await api.get(`/recordings/${id}/events?limit=200`)).body.items
  })
  test.after(async () => {
    await daemon.stop()
  })

  async function replay(query = ''): Promise<ReplayState> {
    const { status, body } = await clients.api.get(`/recordings/${id}/replay${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }

  const positionOf = (type: string, nth = 0): number =>
    events.filter((event) => event.type === type)[nth]!.position

  test('nextPosition leads through every event to the recording as it is now', async () => {
    let state = await replay('?position=0')
    assert.equal(state.event, null)
    assert.equal(state.recording, null)
    const seen: number[] = []
    while (state.nextPosition !== null) {
      state = await replay(`?position=${state.nextPosition}`)
      seen.push(state.event!.position)
      assert.equal(state.index, seen.length)
    }
    assert.deepEqual(
      seen,
      events.map(({ position }) => position),
    )
    const {
      allowedCommands: _,
      tagHistory: __,
      retention: ___,
      ...now
    } = (await clients.api.get(`/recordings/${id}`)).body
    for (const track of Object.values(now.tracks) as { level?: unknown }[]) delete track.level
    assert.deepEqual(state.recording, now)
    assert.deepEqual(state, await replay())
  })

  test('shows which guard refused a command, and what was allowed instead', async () => {
    const byControl = await replay(`?position=${positionOf('command.refused')}`)
    assert.equal(byControl.refusal?.machine, 'control')
    assert.equal(byControl.refusal.guard, 'fromUi')
    assert.equal(byControl.refusal.state, 'heldByUi.capturing')
    assert.equal(byControl.refusal.side, 'api')
    assert.deepEqual(byControl.allowedCommands.api, ['tag', 'consent'])
    const byTrack = await replay(`?position=${positionOf('command.refused', 1)}`)
    assert.equal(byTrack.refusal?.machine, 'track')
    assert.equal(byTrack.refusal.medium, 'mic')
    assert.equal(byTrack.refusal.state, 'paused')
    assert.equal(byTrack.refusal.guard, null)
  })

  test('a moment is found by time, with any offset', async () => {
    const { at, position } = events.find(({ type }) => type === 'recording.tagged')!
    const state = await replay(`?at=${encodeURIComponent(at)}`)
    assert.ok(state.event!.position >= position)
    assert.equal(state.event!.at, at)
    const before = await replay(`?at=2020-01-01T00:00:00%2B01:00`)
    assert.equal(before.index, 0)
  })

  test('a position that the log does not have, both moments, and no moment are told apart', async () => {
    const beyond = await clients.api.get(`/recordings/${id}/replay?position=9999999`)
    assert.equal(beyond.status, 400)
    assert.equal(typeof beyond.body.lastPosition, 'number')
    for (const query of ['position=1&at=2026-01-01T00:00:00Z', 'at=yesterday', 'position=-1'])
      assert.equal((await clients.api.get(`/recordings/${id}/replay?${query}`)).status, 400, query)
    const missing = await clients.api.get('/recordings/00000000-0000-4000-8000-000000000000/replay')
    assert.equal(missing.body.code, 'RECORDING_NOT_FOUND')
    const none = await clients.api.get('/recordings/current/replay')
    assert.equal(none.body.code, 'NO_CURRENT_RECORDING')
  })

  test('needs the scope audit', async () => {
    const reader = await clients.thirdParty('reader', ['read'])
    const { status, body } = await reader.get(`/recordings/${id}/replay`)
    assert.equal(status, 403)
    assert.equal(body.code, 'FORBIDDEN_SCOPE')
  })

  test('follows a recording in progress', async () => {
    const started = await clients.api.start({ media: ['mic'] })
    const first: ReplayState = (await clients.api.get('/recordings/current/replay')).body
    assert.equal(first.machines.tracks.mic.value, 'recording')
    await clients.api.command('pause')
    const second: ReplayState = (await clients.api.get('/recordings/current/replay')).body
    assert.equal(second.recordingId, started.body.id)
    assert.equal(second.machines.session.value, 'capturing.paused')
    assert.ok(second.index > first.index)
    await clients.clear()
  })
})
