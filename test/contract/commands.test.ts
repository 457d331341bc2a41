import assert from 'node:assert/strict'
import { request } from 'node:http'
import { hostname } from 'node:os'
import type { RecordingAnswer, TagEntry } from '../../src/contract/views.ts'
import { eventsOf, ofType } from '../e2e/support/history.ts'
import { type Answer, startDaemon, type TestDaemon } from '../support/daemon.ts'
import { recordingFolders } from '../support/recording-folders.ts'
import { eventually, suite } from '../support/suite.ts'
import { type Client, type Clients, connect } from './support/clients.ts'
import { openFeed } from './support/event-feed.ts'

const SPEAKER_ONLY = { media: ['speaker'] }

/** The recording of an answer that must have this status. */
function recordingIn(answer: Answer, status = 200): RecordingAnswer {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  return answer.body
}

function states({ tracks }: RecordingAnswer): string {
  return `${tracks.mic?.state} ${tracks.speaker?.state} ${tracks.screen?.state}`
}

suite('commands over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  let api: Client

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
    api = clients.api
  })
  test.after(async () => {
    await daemon.stop()
  })
  test.beforeEach(() => clients.clear())

  const current = async (): Promise<RecordingAnswer> =>
    recordingIn(await api.get('/recordings/current'))

  test('a start without a body records all media and answers with the new recording and its location', async () => {
    const answer = await api.call('POST', '/recordings')
    const recording = recordingIn(answer, 201)
    assert.equal(states(recording), 'recording recording recording')
    assert.equal(answer.headers.get('location'), `/v1/recordings/${recording.id}`)
    assert.equal(answer.headers.get('etag'), `"${recording.version}"`)
    assert.equal(recording.state, 'Active')
    assert.equal(recording.controller, 'api')
    assert.equal(recording.recordingType, 'both')
    assert.equal(recording.startedBy.client, 'home')
    assert.deepEqual(recording.allowedCommands, ['stop', 'pause', 'tag', 'consent'])
    assert.equal(Object.hasOwn(recording, 'tagHistory'), false)

    assert.equal((await current()).id, recording.id)
    const byPath = await fetch(new URL(answer.headers.get('location')!, daemon.url), {
      headers: headersOf(api),
    })
    assert.equal(
      byPath.headers.get('etag'),
      answer.headers.get('etag'),
      'a later fact than those of the answer',
    )

    const over = recordingIn(await api.command('stop'))
    const wrapUpMs = Date.parse(over.wrapUp?.endsAt ?? '') - Date.parse(over.endedAt ?? '')
    assert.equal(wrapUpMs, 30_000, 'the wrap-up by default')
    const [starting] = ofType(await eventsOf(daemon, recording.id), 'recording.starting')
    assert.equal(starting!.data.maxDurationSeconds, 14_400)
  })

  test('media can be commanded one by one; without `media` a command affects all that it fits', async () => {
    recordingIn(await api.start({ media: ['audio', 'screen'] }), 201)
    assert.equal(
      states(recordingIn(await api.command('pause', { media: ['screen'] }))),
      'recording recording paused',
    )
    assert.equal(
      states(recordingIn(await api.command('stop', SPEAKER_ONLY))),
      'recording stopped paused',
    )
    const paused = recordingIn(await api.command('pause'))
    assert.equal(states(paused), 'paused stopped paused')
    assert.equal(paused.state, 'Paused')
    const started = recordingIn(await api.command('start', SPEAKER_ONLY))
    assert.equal(states(started), 'paused recording paused')
    assert.equal(started.state, 'Active')
    const resumed = recordingIn(await api.command('resume'))
    assert.equal(states(resumed), 'recording recording recording')
    assert.equal(resumed.tracks.speaker?.segments, 1)
    const stopped = recordingIn(await api.command('stop'))
    assert.equal(states(stopped), 'stopped stopped stopped')
    assert.equal(stopped.state, 'WrapUp')
    assert.deepEqual(
      Object.values(stopped.tracks).map(({ segments }) => segments),
      [2, 2, 2],
    )
  })

  test('`audio` always means the audio media of the recording’s own type', async () => {
    const started = recordingIn(
      await api.start({ media: ['audio'], recordingType: 'speaker' }),
      201,
    )
    assert.equal(started.recordingType, 'speaker')
    assert.equal(states(started), 'off recording off')
    recordingIn(await api.command('start', { media: ['mic'] }))
    assert.equal(
      states(recordingIn(await api.command('pause', { media: ['audio'] }))),
      'recording paused off',
    )
    assert.equal(
      states(recordingIn(await api.command('resume', { media: ['audio'] }))),
      'recording recording off',
    )
    assert.equal(
      states(recordingIn(await api.command('stop', { media: ['audio'] }))),
      'recording stopped off',
    )
    assert.equal(
      states(recordingIn(await api.command('start', { media: ['audio'] }))),
      'recording recording off',
    )
    await clients.clear()
    const microphone = recordingIn(
      await api.start({ media: ['audio'], recordingType: 'microphone' }),
      201,
    )
    assert.equal(states(microphone), 'recording off off')
  })

  test('one medium in the wrong state refuses the whole command, and nothing changes for the others', async () => {
    recordingIn(await api.start(), 201)
    const refused: [word: string, media: string[] | undefined][] = [
      ['pause', ['mic', 'speaker']],
      ['stop', ['mic', 'screen']],
      ['resume', undefined],
      ['start', ['speaker', 'mic']],
    ]
    const before = await current()
    for (const [word, media] of refused) {
      const { body } = await api.command(word, media && { media })
      assert.equal(body.code, 'INVALID_STATE', `${word} ${media}`)
      const { version, tracks, state } = await current()
      assert.deepEqual([version, state], [before.version, before.state])
      assert.equal(tracks.mic?.state, 'recording')
      assert.equal(tracks.speaker?.state, 'off')
    }
  })

  test('a missing device rolls the whole start back with `require: all`; with `any` the others record', async () => {
    const devices = { speaker: 'no such speaker' }
    const { items } = (await api.get('/recordings')).body
    const all = await api.start({ media: ['audio'], devices })
    assert.equal(all.body.code, 'DEVICE_UNAVAILABLE')
    assert.equal(all.body.medium, 'speaker')
    assert.equal((await api.get('/recordings/current')).status, 404)
    assert.deepEqual((await api.get('/recordings')).body.items, items)
    assert.deepEqual(
      recordingFolders(daemon.home),
      items.map(({ id }: RecordingAnswer) => id).sort(),
    )

    const any = recordingIn(await api.start({ media: ['audio'], devices, require: 'any' }), 201)
    assert.equal(states(any), 'recording failed off')
    assert.equal(any.tracks.speaker?.error?.code, 'DEVICE_UNAVAILABLE')
    assert.equal((await api.get('/application')).body.state, 'Error')
    const recovered = recordingIn(
      await api.command('start', { ...SPEAKER_ONLY, devices: { speaker: 'synthetic-speaker' } }),
    )
    assert.equal(states(recovered), 'recording recording off')
    assert.equal(recovered.tracks.speaker?.error, null)
    assert.equal((await api.get('/application')).body.state, 'Recording')
    const none = await api
      .command('stop')
      .then(() => api.start({ devices: { mic: 'none' }, require: 'any' }))
    assert.equal(none.body.code, 'DEVICE_UNAVAILABLE', 'of the one medium of a start, any is all')
  })

  test('a recording uses the requested devices', async () => {
    const { mic } = (await api.get('/devices')).body
    const { id, label } = mic.devices[0]
    const recording = recordingIn(await api.start({ devices: { mic: id } }), 201)
    assert.deepEqual(recording.tracks.mic?.device, { id, label })
    const [opened] = ofType(await eventsOf(daemon), 'segment.opened')
    assert.deepEqual(opened!.data.device, { id, label })
  })

  test('the recorder closes the wrap-up by its timer', async () => {
    const { id } = recordingIn(await api.start({ wrapUpSeconds: 0 }), 201)
    const feed = await openFeed(daemon)
    recordingIn(await api.command('stop'))
    const closed = await feed.event(
      'the end of the wrap-up',
      ({ type }) => type === 'recording.closed',
    )
    feed.close()
    assert.equal(closed.recordingId, id)
    assert.deepEqual(closed.data, { reason: 'timer' })
    assert.equal(closed.by.side, 'system')
    const recording = recordingIn(await api.get(`/recordings/${id}`))
    assert.deepEqual([recording.state, recording.wrapUp], ['Closed', null])
    assert.equal(recording.closedAt, closed.at)
  })

  test('the recorder stops a forgotten recording and records the reason', async () => {
    const feed = await openFeed(daemon)
    // Counted from the command, so that there must be time for the start too.
    const { id } = recordingIn(await api.start({ maxDurationSeconds: 3 }), 201)
    const over = await feed.event('its end', ({ type }) => type === 'recording.wrapUpStarted')
    feed.close()
    assert.equal(over.recordingId, id)
    assert.equal(over.by.side, 'system')
    assert.equal((over.data as { reason: string }).reason, 'maxDuration')
    const recording = await eventually('its last file', async () => {
      const { tracks, state } = await current()
      return tracks.mic?.segments === 1 && { tracks, state }
    })
    assert.equal(recording.state, 'WrapUp')
  })

  test('a new start during the wrap-up closes the old recording in the batch that confirms the new one', async () => {
    const feed = await openFeed(daemon)
    const old = recordingIn(await api.start(), 201)
    recordingIn(await api.command('stop'))
    const failed = await api.start({ devices: { mic: 'none' } })
    assert.equal(failed.body.code, 'DEVICE_UNAVAILABLE')
    assert.deepEqual([(await current()).id, (await current()).state], [old.id, 'WrapUp'])

    const next = recordingIn(await clients.ui.start(), 201)
    assert.equal(next.controller, 'ui')
    const closed = await feed.event(
      'the old one’s end',
      ({ type, recordingId }) => type === 'recording.closed' && recordingId === old.id,
    )
    feed.close()
    assert.deepEqual(closed.data, { reason: 'nextStart' })
    const confirmed = feed.events.find(
      ({ type, recordingId }) => type === 'recording.started' && recordingId === next.id,
    )
    assert.equal(closed.position, confirmed!.position + 1)
    assert.equal(closed.at, confirmed!.at)
    const { state, closedAt } = recordingIn(await api.get(`/recordings/${old.id}`))
    assert.deepEqual([state, closedAt], ['Closed', closed.at])
  })

  test('tags keep their type, their history and their author; the recorder sets its own', async () => {
    const crm = await clients.thirdParty('crm', ['tag', 'read'])
    const started = recordingIn(
      await clients.ui.start({ tags: { customer: '4711', urgent: false } }),
      201,
    )
    const tagged = recordingIn(
      await crm.command('tags', { tags: { customer: 4711, note: 'äöü 日本 😀' } }),
    )
    assert.equal(tagged.version, started.version + 3, 'accepted, tagged, completed')
    recordingIn(await clients.ui.command('tags', { tags: { customer: true } }))

    const { tags, tagHistory = [] } = await current()
    const ofKey = (list: TagEntry[], key: string) => list.filter((tag) => tag.key === key)
    assert.deepEqual(
      ofKey(tagHistory, 'customer').map(({ value, by }) => [value, by.side, by.client]),
      [
        ['4711', 'ui', 'ui'],
        [4711, 'api', 'crm'],
        [true, 'ui', 'ui'],
      ],
    )
    assert.deepEqual(ofKey(tags, 'customer'), ofKey(tagHistory, 'customer').slice(-1))
    assert.deepEqual(
      [ofKey(tags, 'urgent')[0]?.value, ofKey(tags, 'note')[0]?.value],
      [false, 'äöü 日本 😀'],
    )
    assert.deepEqual(
      tagHistory.map(({ at }) => at),
      tagHistory.map(({ at }) => at).sort(),
    )

    const own = tags.filter(({ key }) => key.startsWith('system.'))
    assert.deepEqual(new Set(own.map(({ by }) => by.side)), new Set(['system']))
    const value = (key: string) => ofKey(own, `system.${key}`)[0]?.value
    assert.equal(value('host'), hostname())
    assert.equal(value('user'), started.startedBy.user)
    assert.equal(value('device.mic'), started.tracks.mic?.device?.label)
    for (const key of ['platform', 'appVersion', 'timeZone'])
      assert.equal(typeof value(key), 'string', key)

    const refused = await crm.command('tags', { tags: { fine: 1, 'system.host': 'elsewhere' } })
    assert.equal(refused.status, 400)
    assert.equal((await current()).version, tagged.version + 3, 'nothing of it was set')
  })

  test('`If-Match` refuses a command from a client that has not seen the current version', async () => {
    const { id, version } = recordingIn(await api.start(), 201)
    const at = (seen: number) => ({ 'If-Match': `"${seen}"` })
    const tagged = await api.command('tags', { tags: { a: 1 } }, at(version))
    const now = recordingIn(tagged).version
    assert.equal(tagged.headers.get('etag'), `"${now}"`)
    for (const word of ['pause', 'stop', 'resume', 'close', 'tags', 'start']) {
      const body = { tags: { tags: { a: 2 } }, start: SPEAKER_ONLY }[word]
      const { status, body: problem } = await api.command(word, body, at(version))
      assert.deepEqual([status, problem.code], [412, 'VERSION_MISMATCH'], word)
      assert.equal(problem.recordingId, id)
    }
    assert.equal((await current()).version, now)
    const paused = await api.command('pause', undefined, {
      'If-Match': tagged.headers.get('etag')!,
    })
    assert.equal(states(recordingIn(paused)), 'paused off off')
  })

  test('a recording is addressed by its id or by `current`; an unknown one is 404', async () => {
    const { id } = recordingIn(await api.start(), 201)
    assert.equal(recordingIn(await api.command('pause', {}, {}, id)).state, 'Paused')
    for (const word of ['pause', 'stop', 'resume', 'close']) {
      const { body } = await api.command(word, undefined, {}, 'no-such-recording')
      assert.equal(body.code, 'RECORDING_NOT_FOUND', word)
    }
    assert.equal(recordingIn(await api.command('stop', {}, {}, id)).state, 'WrapUp')
    const closed = await api.command('close', undefined, {}, id)
    assert.equal(recordingIn(closed).state, 'Closed')
    assert.notEqual(recordingIn(closed).closedAt, null)
  })

  test('a client that disconnects cancels nothing', async () => {
    const feed = await openFeed(daemon)
    const leaving = request(`${daemon.url}/v1/recordings`, {
      method: 'POST',
      headers: { ...headersOf(api), 'Content-Type': 'application/json' },
    })
    leaving.on('error', () => {})
    leaving.end(JSON.stringify({ media: ['mic'] }))
    const accepted = await feed.event(
      'the start accepted',
      ({ type }) => type === 'command.accepted',
    )
    leaving.destroy()
    const settled = await feed.event(
      'its outcome',
      ({ type, commandId }) =>
        type.startsWith('command.') &&
        type !== 'command.accepted' &&
        commandId === accepted.commandId,
    )
    feed.close()
    assert.equal(settled.type, 'command.completed')
    assert.deepEqual(
      [(await current()).id, (await current()).state],
      [accepted.recordingId, 'Active'],
    )
  })
})

function headersOf({ credential }: Client): Record<string, string> {
  return credential as Record<string, string>
}
