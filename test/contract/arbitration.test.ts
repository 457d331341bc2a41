import assert from 'node:assert/strict'
import type { ClientSide } from '../../src/contract/by.ts'
import type { MachineCommandName } from '../../src/contract/commands.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import { arbitrationTable, type Cell, type Standing } from '../support/arbitration.ts'
import { type Answer, startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { type Client, type Clients, connect } from './support/clients.ts'
import { type EventFeed, openFeed } from './support/event-feed.ts'

/** How each command of the table is sent. */
const REQUESTS: Record<MachineCommandName, [path: string, body?: object]> = {
  'recording.start': ['/recordings', { media: ['mic'], wrapUpSeconds: 3600 }],
  'track.start': ['/recordings/current/start', { media: ['screen'] }],
  'track.stop': ['/recordings/current/stop'],
  'track.pause': ['/recordings/current/pause'],
  'track.resume': ['/recordings/current/resume'],
  'recording.tag': ['/recordings/current/tags', { tags: { asked: true } }],
  'recording.close': ['/recordings/current/close'],
  'recording.consent': ['/recordings/current/consent', { state: 'granted', method: 'spoken' }],
}

/**
 * The tracks' states in each standing. An active recording has a paused track too, so that there is
 * something to resume.
 */
const TRACKS: Record<string, string> = {
  Active: 'recording paused off',
  Paused: 'paused off off',
  WrapUp: 'stopped off off',
}

function standingOf({ controller, state, tracks }: RecordingAnswer): string {
  return `${controller} ${state}: ${tracks.mic?.state} ${tracks.speaker?.state} ${tracks.screen?.state}`
}

suite('who may do what, over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  let feed: EventFeed
  const side = (name: ClientSide): Client => clients[name]

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
    feed = await openFeed(daemon, { after: 0 })
  })
  test.after(async () => {
    feed.close()
    await daemon.stop()
  })

  /** Brings a standing about, unless it is there already. */
  async function bring(standing: Standing): Promise<void> {
    const [owner, state] = standing.split(' ') as [ClientSide, string]
    const { status, body } = await clients.api.get('/recordings/current')
    const now = status === 404 ? 'none' : standingOf(body)
    if (now === (standing === 'none' ? 'none' : `${standing}: ${TRACKS[state]}`)) return
    await clients.clear()
    if (standing === 'none') return
    const client = side(owner)
    assert.equal(
      (await client.start({ media: state === 'Active' ? ['mic', 'speaker'] : ['mic'] })).status,
      201,
    )
    if (state === 'Active')
      assert.equal((await client.command('pause', { media: ['speaker'] })).status, 200)
    if (state === 'Paused') assert.equal((await client.command('pause')).status, 200)
    if (state === 'WrapUp') assert.equal((await client.command('stop')).status, 200)
  }

  /** The state that a command could change: the current recording, or none. */
  async function situation(asking: Client): Promise<RecordingAnswer> {
    const { body } = await asking.get('/recordings/current')
    for (const track of Object.values<object>(body.tracks ?? {}))
      Object.assign(track, { level: null })
    return body
  }

  const newest = () => feed.events.at(-1)!
  /** Waits until the stream has brought what has been answered so far; the log's last position. */
  async function logEnd(): Promise<number> {
    const { items } = (await clients.api.get('/recordings?limit=1')).body
    const last: RecordingAnswer | undefined = items[0]
    await feed.event(
      'the last answered fact',
      ({ recordingId, version }) => !last || (recordingId === last.id && version === last.version),
    )
    return newest().position
  }

  function assertRefusal(answer: Answer, cell: Cell, before: RecordingAnswer): void {
    assert.equal(answer.body.code, cell.expected)
    assert.equal(answer.status, cell.standing === 'none' ? 404 : 409)
    if (cell.standing === 'none') return
    assert.equal(answer.body.recordingId, before.id)
    assert.equal(answer.body.state, before.state)
    assert.deepEqual(answer.body.allowedCommands, before.allowedCommands)
    const { side: holder, client } = before.startedBy
    const held = cell.expected.startsWith('CONTROL_HELD')
    assert.deepEqual(
      answer.body.holder,
      held ? { side: holder, client, since: before.startedAt } : undefined,
    )
  }

  async function assertRefused(cell: Cell): Promise<void> {
    const asking = side(cell.side)
    const before = await situation(asking)
    const position = await logEnd()
    const [path, body] = REQUESTS[cell.command]
    assertRefusal(await asking.call('POST', path, body), cell, before)
    assert.deepEqual(await situation(asking), before, 'something has changed')

    await feed.until('the refusal in the log', () => newest().position > position)
    assert.equal(newest().position, position + 1, 'more than the refusal is in the log')
    const { type, by, recordingId, version, data } = newest()
    assert.equal(type, 'command.refused')
    assert.deepEqual([by.side, by.client], [asking.side, asking.name])
    assert.deepEqual([recordingId, version], [before.id ?? null, before.version ?? null])
    const { command, code, detail } = data as { command: string; code: string; detail: string }
    assert.deepEqual([command, code], [cell.command, cell.expected])
    assert.ok(detail.length > 0)
  }

  async function assertAllowed(cell: Cell): Promise<void> {
    const [path, body] = REQUESTS[cell.command]
    const { status, body: recording } = await side(cell.side).call('POST', path, body)
    assert.equal(status, cell.command === 'recording.start' ? 201 : 200, JSON.stringify(recording))
    const { commandId } = await feed.event(
      'its acceptance',
      ({ type, recordingId, version, by }) =>
        type === 'command.accepted' &&
        recordingId === recording.id &&
        version! <= recording.version &&
        by.side === cell.side,
    )
    assert.notEqual(commandId, null)
  }

  const cells = arbitrationTable().map((cell) => {
    // The table speaks of control. When everything is paused already, no track is left that the
    // owner could pause.
    const idle =
      cell.command === 'track.pause' && cell.standing.endsWith('Paused') && cell.expected === 'yes'
    return idle ? { ...cell, expected: 'INVALID_STATE' } : cell
  })
  // Standing by standing, and refusals first: what is refused leaves the standing as it is.
  const order = ({ standing, expected }: Cell): string =>
    `${standing} ${expected === 'yes' ? 1 : 0}`
  for (const cell of cells.sort((a, b) => order(a).localeCompare(order(b)))) {
    test(`${cell.side} ${cell.command}, ${cell.standing}: ${cell.expected}`, async () => {
      await bring(cell.standing)
      await (cell.expected === 'yes' ? assertAllowed(cell) : assertRefused(cell))
    })
  }

  test('every command but consent is refused on a closed recording, for both sides and either controller', async () => {
    await bring('api WrapUp')
    const { id, version } = (await clients.api.command('close')).body
    for (const asking of [clients.api, clients.ui]) {
      for (const [command, [path, body]] of Object.entries(REQUESTS)) {
        if (command === 'recording.start' || command === 'recording.consent') continue
        const answer = await asking.call('POST', path.replace('current', id), body)
        assert.equal(answer.body.code, 'RECORDING_CLOSED', `${asking.side} ${command}`)
        assert.match(answer.body.detail, /only consent, holds and erasure/)
        const { recordingId, state, allowedCommands } = answer.body
        assert.deepEqual(
          { recordingId, state, allowedCommands },
          { recordingId: id, state: 'Closed', allowedCommands: ['start', 'consent'] },
        )
        const refusal = await feed.until('the refusal', () => {
          const last = newest()
          return (
            last.type === 'command.refused' &&
            last.by.side === asking.side &&
            last.data.command === command &&
            last
          )
        })
        assert.deepEqual(
          [refusal.recordingId, refusal.version, refusal.data.code],
          [id, version, 'RECORDING_CLOSED'],
        )
      }
    }
    assert.equal((await clients.api.get(`/recordings/${id}`)).body.version, version)
    const consent = { state: 'granted', method: 'spoken' }
    const { status } = await clients.api.call('POST', `/recordings/${id}/consent`, consent)
    assert.equal(status, 200)
  })
})
