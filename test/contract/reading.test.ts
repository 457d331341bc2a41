import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogEvent } from '../../src/contract/events.ts'
import type { RecordingAnswer, SegmentView } from '../../src/contract/views.ts'
import { assertAccounted } from '../e2e/support/accounting.ts'
import { eventsOf, ofType } from '../e2e/support/history.ts'
import { decodedMs } from '../e2e/support/media-check.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { assertWithin } from '../support/machine.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'

suite('reading over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  /** A closed recording of the API: microphone and screen, paused once, with one refusal. */
  let first: RecordingAnswer
  /** A closed recording of the UI. */
  let second: RecordingAnswer

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
    const { api, ui } = clients
    await api.start({ media: ['mic', 'screen'], tags: { customer: '4711', desk: 3 } })
    await api.command('pause')
    await ui.command('stop')
    await api.command('resume')
    await api.command('stop')
    first = (await api.command('close')).body
    second = await record(['speaker'], { customer: 4711, vip: true }, 'ui')
  })
  test.after(async () => {
    await daemon.stop()
  })
  test.beforeEach(() => clients.clear())

  async function record(
    media: string[],
    tags: object = {},
    side: 'api' | 'ui' = 'api',
  ): Promise<RecordingAnswer> {
    const client = clients[side]
    assert.equal((await client.start({ media, tags })).status, 201)
    await client.command('stop')
    return (await client.command('close')).body
  }

  /** All items of a list, page by page. */
  async function all<T>(
    path: string,
    limit: number,
    betweenPages: () => Promise<unknown> = async () => {},
  ): Promise<T[]> {
    const items: T[] = []
    let cursor = ''
    for (;;) {
      const { status, body } = await clients.api.get(
        `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`,
      )
      assert.equal(status, 200, JSON.stringify(body))
      assert.ok(body.items.length <= limit)
      items.push(...body.items)
      if (body.nextCursor === null) return items
      assert.equal(body.items.length, limit, 'a page before the last one is full')
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`
      await betweenPages()
    }
  }
  const idsOf = (items: { id: string }[]): string[] => items.map(({ id }) => id)
  const found = async (search: object) =>
    idsOf((await clients.api.call('POST', '/recordings/search', search)).body.items)

  test('recordings are listed newest first, and new ones do not disturb the pages', async () => {
    const before: RecordingAnswer[] = (await clients.api.get('/recordings')).body.items
    assert.deepEqual(
      before.map(({ startedAt }) => startedAt),
      before
        .map(({ startedAt }) => startedAt)
        .sort()
        .reverse(),
    )
    assert.deepEqual(idsOf(before).slice(-2), [second.id, first.id])
    for (const recording of before) assert.equal(Object.hasOwn(recording, 'tagHistory'), false)

    const arrived: string[] = []
    const paged = await all<RecordingAnswer>('/recordings', 1, async () => {
      arrived.unshift((await record(['mic'])).id)
    })
    assert.deepEqual(paged, before)
    assert.ok(arrived.length > 0)
    assert.deepEqual(idsOf((await clients.api.get('/recordings')).body.items), [
      ...arrived,
      ...idsOf(before),
    ])
  })

  test('recordings are found by state and time', async () => {
    const current = (await clients.api.start()).body
    const list = async (query: string) => idsOf(await all(`/recordings?${query}`, 100))
    assert.deepEqual(await list('state=Active'), [current.id])
    assert.deepEqual(await list('state=WrapUp'), [])
    assert.ok(!(await list('state=Closed')).includes(current.id))
    assert.deepEqual(
      await list(`from=${second.startedAt}&to=${current.startedAt}&state=Closed`).then((ids) =>
        ids.slice(-1),
      ),
      [second.id],
    )
    assert.deepEqual(await list(`to=${second.startedAt}`), [first.id])
    assert.ok((await list(`from=${current.startedAt}`)).includes(current.id))
    // West of Greenwich the last moment of 9999 is one of the year 10000, which RFC 3339 lacks.
    const last = '9999-12-31T23:59:59-05:00'
    assert.ok((await list(`to=${last}`)).includes(current.id))
    assert.deepEqual(await list(`from=${last}`), [])
    await clients.api.command('pause')
    assert.deepEqual(await list('state=Paused'), [current.id])
  })

  test('recordings are found by the current values of several tags, type included', async () => {
    assert.deepEqual(await found({ tags: { customer: '4711' } }), [first.id])
    assert.deepEqual(await found({ tags: { customer: 4711 } }), [second.id])
    assert.deepEqual(await found({ tags: { customer: 4711, vip: true } }), [second.id])
    assert.deepEqual(await found({ tags: { customer: 4711, vip: 'true' } }), [])
    assert.deepEqual(await found({ tags: { customer: '4711' }, from: second.startedAt }), [])
    const current = (await clients.api.start({ tags: { step: 'one' } })).body
    assert.deepEqual(await found({ tags: { step: 'one' }, state: 'Active' }), [current.id])
    await clients.api.command('tags', { tags: { step: 'two' } })
    assert.deepEqual(await found({ tags: { step: 'one' } }), [])
    assert.deepEqual(await found({ tags: { step: 'two' } }), [current.id])
    const page = (
      await clients.api.call('POST', '/recordings/search', {
        tags: { 'system.host': String(hostOf(first)) },
        limit: 1,
      })
    ).body
    assert.deepEqual(idsOf(page.items), [current.id])
    const rest = await clients.api.call('POST', '/recordings/search', {
      tags: { 'system.host': String(hostOf(first)) },
      cursor: page.nextCursor,
    })
    assert.deepEqual(idsOf(rest.body.items).slice(-2), [second.id, first.id])
  })

  test('both sides read a recording with its history, its version and their own allowed commands', async () => {
    const { position: _, ...shown } = first
    const { id, version } = first
    for (const client of [clients.api, clients.ui]) {
      const { body, headers } = await client.get(`/recordings/${id}`)
      assert.equal(headers.get('etag'), `"${version}"`)
      const { tagHistory, ...recording } = body
      assert.deepEqual(recording, shown)
      assert.deepEqual(tagHistory.map(({ key }: { key: string }) => key).slice(-2), [
        'customer',
        'desk',
      ])
    }
    await clients.ui.start()
    const allowed = async (client: Clients['api']) =>
      (await client.get('/recordings/current')).body.allowedCommands
    assert.deepEqual(await allowed(clients.ui), ['startMedia', 'stop', 'pause', 'tag', 'consent'])
    assert.deepEqual(await allowed(clients.api), ['tag', 'consent'])
    assert.equal(
      (await clients.api.get('/recordings/no-such-recording')).body.code,
      'RECORDING_NOT_FOUND',
    )
    await clients.clear()
    assert.equal((await clients.api.get('/recordings/current')).body.code, 'NO_CURRENT_RECORDING')
  })

  test('its timeline shows every gap with its reason, and the recorded time', async () => {
    assertAccounted(first)
    for (const [medium, frameMs] of [
      ['mic', 20],
      ['screen', 100],
    ] as const) {
      const { gaps, recordedMs, bytes, segments } = first.tracks[medium]!
      assert.match(gaps.map(({ reason }) => reason).join(' '), /^(notStarted )?paused( stopped)?$/)
      const gapMs = gaps.reduce((sum, { from, to }) => sum + Date.parse(to!) - Date.parse(from), 0)
      const lengthMs = Date.parse(first.endedAt!) - Date.parse(first.startedAt)
      // The last frame of each segment is as long as the others, wherever the pause cut it.
      assert.ok(
        Math.abs(gapMs + recordedMs - lengthMs) <= 50 + segments * frameMs,
        `${gapMs} + ${recordedMs} of ${lengthMs} ms`,
      )
      assert.equal(segments, 2)
      const stored = (await all<SegmentView>(`/recordings/${first.id}/segments`, 100)).filter(
        (one) => one.medium === medium,
      )
      assert.equal(
        bytes,
        stored.reduce((sum, one) => sum + one.bytes, 0),
      )
      assert.equal(
        recordedMs,
        stored.reduce((sum, one) => sum + one.durationMs, 0),
      )
    }
  })

  test(
    'segments are listed as in their events, and their files play and match their hashes',
    async () => {
      const segments = await all<SegmentView>(`/recordings/${first.id}/segments`, 3)
      const closed = ofType(await eventsOf(daemon, first.id), 'segment.closed').map(
        ({ data: { file: _, ...facts } }) => facts,
      )
      const byPlace = (a: SegmentView, b: SegmentView) =>
        a.medium.localeCompare(b.medium) || a.number - b.number
      assert.deepEqual([...segments].sort(byPlace), [...closed].sort(byPlace))
      assert.equal(segments.length, 4)
      for (const segment of segments) {
        const path = `${daemon.url}/v1/recordings/${first.id}/segments/${segment.medium}/${segment.number}`
        const headers = clients.api.credential as Record<string, string>
        const response = await fetch(path, { headers: { ...headers, Accept: 'application/json' } })
        assert.equal(response.status, 200)
        assert.equal(
          response.headers.get('content-type'),
          segment.medium === 'screen' ? 'video/mp4' : 'audio/ogg',
        )
        const bytes = Buffer.from(await response.arrayBuffer())
        assert.equal(bytes.length, segment.bytes)
        const digest = createHash('sha256').update(bytes)
        assert.equal(digest.copy().digest('hex'), segment.sha256)
        assert.equal(response.headers.get('repr-digest'), `sha-256=:${digest.digest('base64')}:`)

        const parts: Buffer[] = []
        for (const range of ['0-99', '100-1099', '1100-']) {
          const part = await fetch(path, { headers: { ...headers, Range: `bytes=${range}` } })
          assert.equal(part.status, 206)
          assert.equal(
            part.headers.get('repr-digest'),
            response.headers.get('repr-digest'),
            'of the whole, not of the part',
          )
          parts.push(Buffer.from(await part.arrayBuffer()))
        }
        assert.ok(Buffer.concat(parts).equals(bytes))

        const copy = join(daemon.home, `${segment.medium}-${segment.number}`)
        await writeFile(copy, bytes)
        assertWithin(
          Math.abs((await decodedMs(copy)) - segment.durationMs),
          70,
          'length of the copy',
        )
      }
      assert.equal(
        (await clients.api.get(`/recordings/${first.id}/segments/mic/9`)).body.code,
        'NOT_FOUND',
      )
      assert.equal(
        (await clients.api.get(`/recordings/${first.id}/segments/speaker/1`)).body.code,
        'NOT_FOUND',
      )
    },
    { limitMs: 60_000 },
  )

  test('a recording’s events come once and in order, with refusals and without a gap in the versions', async () => {
    const events = await all<LogEvent>(`/recordings/${first.id}/events`, 4)
    const positions = events.map(({ position }) => position)
    assert.deepEqual(
      positions,
      [...new Set(positions)].sort((a, b) => a - b),
    )
    let version = 0
    for (const event of events) {
      assert.equal(event.recordingId, first.id)
      if (event.type === 'command.refused') assert.equal(event.version, version)
      else assert.equal(event.version, ++version)
    }
    assert.equal(version, first.version)
    const refusals = ofType(events, 'command.refused')
    assert.equal(refusals.length, 1)
    assert.deepEqual(
      [refusals[0]!.by.side, refusals[0]!.data.command, refusals[0]!.data.code],
      ['ui', 'track.stop', 'CONTROL_HELD_BY_API'],
    )
    for (const word of [
      'track.pause',
      'track.resume',
      'track.stop',
      'recording.close',
      'recording.start',
    ]) {
      const accepted = ofType(events, 'command.accepted').find(({ data }) => data.command === word)
      const completed = ofType(events, 'command.completed').find(
        ({ commandId }) => commandId === accepted?.commandId,
      )
      assert.equal(completed?.data.command, word)
    }
    const middle = positions[5]!
    const later = await all<LogEvent>(`/recordings/${first.id}/events?after=${middle}`, 100)
    assert.deepEqual(later, events.slice(6))
  })
})

function hostOf({ tags }: RecordingAnswer) {
  return tags.find(({ key }) => key === 'system.host')?.value
}
