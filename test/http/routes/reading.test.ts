import assert from 'node:assert/strict'
import type { SegmentDescription } from '../../../src/contract/events.ts'
import { eventCursor } from '../../../src/http/streams/event-cursor.ts'
import { assertWithin } from '../../support/machine.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { bodyOf, pointersOf, toProblem } from '../support/expect.ts'
import { AT, recordingView } from '../support/stub-recorder.ts'

interface Page<T> {
  items: T[]
  nextCursor: string | null
}

function segment(number: number): SegmentDescription {
  const sha256 = 'a'.repeat(64)
  const times = { startedAt: AT, endedAt: AT, durationMs: 1000.5 }
  return {
    medium: 'mic',
    number,
    ...times,
    bytes: 10,
    container: 'ogg',
    codec: 'opus',
    sha256,
    file: `mic-${number}.ogg`,
  }
}

suite('reading', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
    const { recorder } = daemon
    for (const id of ['rec_current', 'rec_older_1', 'rec_older_2'])
      recorder.views.set(id, recordingView(id))
    recorder.current = 'rec_current'
    recorder.segmentsOf.set('rec_current', [1, 2, 3].map(segment))
    for (let i = 0; i < 5; i++)
      recorder.append('recording.paused', i === 2 ? 'rec_older_1' : 'rec_current')
  })
  test.after(() => daemon.close())

  test('one recording has its history, its version and the commands of the asking side', async () => {
    for (const id of ['current', 'rec_current']) {
      const answer = await daemon.call(`/v1/recordings/${id}`)
      const recording = await bodyOf(answer, 200, 'RecordingWithHistory')
      assert.equal(recording.id, 'rec_current')
      assert.equal(answer.headers.get('etag'), '"3"')
      assert.deepEqual(recording.allowedCommands, ['start', 'tag'])
    }
  })

  test('a client that knows the beginning of the history gets only the rest', async () => {
    const read = async (query = '') =>
      bodyOf(await daemon.call(`/v1/recordings/current${query}`), 200, 'RecordingWithHistory')
    const whole = await read()
    const tagHistory = whole.tagHistory as unknown[]
    assert.ok(tagHistory.length > 0)
    for (const after of [0, 1, 1_000_000])
      assert.deepEqual(await read(`?tagHistoryAfter=${after}`), {
        ...whole,
        tagHistory: tagHistory.slice(after),
      })
    for (const after of ['-1', '1.5', 'x', ''])
      assert.deepEqual(
        await pointersOf(await daemon.call(`/v1/recordings/current?tagHistoryAfter=${after}`)),
        ['/tagHistoryAfter'],
      )
  })

  test('an unknown recording, or no current one, is 404', async () => {
    for (const path of ['', '/events', '/segments', '/segments/mic/1']) {
      await toProblem(await daemon.call(`/v1/recordings/rec_missing${path}`), 'RECORDING_NOT_FOUND')
    }
    daemon.recorder.current = null
    for (const path of ['', '/events', '/segments', '/segments/mic/1']) {
      await toProblem(await daemon.call(`/v1/recordings/current${path}`), 'NO_CURRENT_RECORDING')
    }
    daemon.recorder.current = 'rec_current'
  })

  test('recordings are listed page by page, without history', async () => {
    const all = await bodyOf<Page<Record<string, unknown>>>(
      await daemon.call('/v1/recordings'),
      200,
      'RecordingPage',
    )
    assert.equal(all.items.length, 3)
    assert.equal(all.nextCursor, null)
    assert.ok(all.items.every((item) => !('tagHistory' in item) && 'allowedCommands' in item))
    const page = await bodyOf<Page<unknown>>(
      await daemon.call('/v1/recordings?limit=2'),
      200,
      'RecordingPage',
    )
    assert.equal(page.items.length, 2)
    await daemon.call(`/v1/recordings?limit=2&cursor=${page.nextCursor}`)
    assert.deepEqual(daemon.recorder.queries.at(-1), { limit: 2, cursor: 'next-page' })
  })

  test('recordings are filtered by state and by times with any offset', async () => {
    const query = new URLSearchParams({
      state: 'Closed',
      from: '2025-11-22T10:30:00+01:00',
      to: '2025-11-23T00:00:00.5Z',
    })
    await bodyOf(await daemon.call(`/v1/recordings?${query}`), 200, 'RecordingPage')
    const times = { from: '2025-11-22T09:30:00.000Z', to: '2025-11-23T00:00:00.500Z' }
    assert.deepEqual(daemon.recorder.queries.at(-1), { state: 'Closed', ...times, limit: 100 })
  })

  test('recordings are found by tags, whose values stay out of the URL', async () => {
    const tags = { customer: 'C-1', account: 42, vip: true }
    const body = { tags, state: 'WrapUp', from: AT, to: AT, limit: 1000, cursor: 'c' }
    await bodyOf(await daemon.post('/v1/recordings/search', body), 200, 'RecordingPage')
    assert.deepEqual(daemon.recorder.queries.at(-1), body)
    await bodyOf(await daemon.post('/v1/recordings/search'), 200, 'RecordingPage')
    assert.deepEqual(daemon.recorder.queries.at(-1), { limit: 100 })
  })

  test('a search with thousands of tags is refused before they are looked at', async () => {
    const tags = Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`k${i}`, null]))
    const begun = performance.now()
    const answer = await daemon.post('/v1/recordings/search', { tags })
    const errors = await pointersOf(answer)
    assert.deepEqual(errors, ['/tags'])
    assertWithin(performance.now() - begun, 100, 'the refusal')
  })

  test('an invalid query names the faulty parameters', async () => {
    const cases: [path: string, pointers: string[]][] = [
      ['/v1/recordings?limit=0', ['/limit']],
      ['/v1/recordings?limit=1001', ['/limit']],
      ['/v1/recordings?limit=ten', ['/limit']],
      ['/v1/recordings?limit=1.5', ['/limit']],
      ['/v1/recordings?limit=', ['/limit']],
      ['/v1/recordings?limit=1&limit=2', ['/limit']],
      ['/v1/recordings?state=active', ['/state']],
      ['/v1/recordings?from=yesterday&to=2025-02-30T00:00:00Z', ['/from', '/to']],
      ['/v1/recordings?cursor=', ['/cursor']],
      ['/v1/recordings?customer=C-1&__proto__=1', ['/customer', '/__proto__']],
      ['/v1/recordings/current?full=1', ['/full']],
      ['/v1/recordings/current/events?after=-1', ['/after']],
      ['/v1/recordings/current/events?cursor=abc', ['/cursor']],
      ['/v1/recordings/current/segments?medium=mic', ['/medium']],
      ['/v1/application?x', ['/x']],
      ['/v1/events?levels=2', ['/levels']],
      ['/v1/events?after=1', ['/after']],
      ['/healthz?verbose=1', ['/verbose']],
    ]
    for (const [path, pointers] of cases) {
      const found = await pointersOf(await daemon.call(path))
      assert.deepEqual(found.sort(), pointers.sort(), path)
    }
    const search = { limit: 0, state: 'x', tags: {}, from: 'x', query: 1 }
    const pointers = await pointersOf(await daemon.post('/v1/recordings/search', search))
    assert.deepEqual(pointers.sort(), ['/from', '/limit', '/query', '/state', '/tags'])
    assert.deepEqual(
      await pointersOf(await daemon.post('/v1/recordings/search', { limit: '10' })),
      ['/limit'],
    )
  })

  test('a recording’s own events are listed page by page', async () => {
    const seen: number[] = []
    let query = '?limit=2'
    for (let pages = 1; ; pages++) {
      const page = await bodyOf<Page<{ position: number }>>(
        await daemon.call(`/v1/recordings/current/events${query}`),
        200,
        'EventPage',
      )
      seen.push(...page.items.map(({ position }) => position))
      if (page.nextCursor === null) {
        assert.equal(pages, 2)
        break
      }
      query = `?limit=2&cursor=${page.nextCursor}`
    }
    assert.deepEqual(seen, [1, 2, 4, 5])
    const after = await bodyOf<Page<{ position: number }>>(
      await daemon.call('/v1/recordings/rec_current/events?after=2'),
      200,
      'EventPage',
    )
    assert.deepEqual(
      after.items.map(({ position }) => position),
      [4, 5],
    )
  })

  test('events after a position that the log does not have are refused, also of one recording', async () => {
    const events = '/v1/recordings/rec_current/events'
    const page = await bodyOf<Page<unknown>>(
      await daemon.call(`${events}?after=5`),
      200,
      'EventPage',
    )
    assert.deepEqual(page, { items: [], nextCursor: null })
    for (const [query, pointer] of [
      ['after=6', '/after'],
      [`cursor=${eventCursor(6)}`, '/cursor'],
    ]) {
      const answer = await daemon.call(`${events}?${query}`)
      const { errors, lastPosition } = await toProblem(answer, 'INVALID_REQUEST')
      assert.deepEqual(errors, [{ pointer, detail: 'The log ends at position 5.' }])
      assert.equal(lastPosition, 5)
    }
  })

  test('a recording’s segments are listed without their file paths', async () => {
    const answer = await daemon.call('/v1/recordings/current/segments?limit=2')
    const page = await bodyOf<Page<Record<string, unknown>>>(answer, 200, 'SegmentPage')
    const { file: _, ...view } = segment(1)
    assert.deepEqual(page.items[0], view)
    const rest = await daemon.call(`/v1/recordings/current/segments?cursor=${page.nextCursor}`)
    const last = await bodyOf<Page<Record<string, unknown>>>(rest, 200, 'SegmentPage')
    assert.deepEqual(
      last.items.map(({ number }) => number),
      [3],
    )
    assert.equal(last.nextCursor, null)
  })

  test('the application is shown as the asking side sees it', async () => {
    const application = await bodyOf(await daemon.call('/v1/application'), 200, 'Application')
    assert.deepEqual(application.allowedCommands, ['start', 'tag'])
    const cookie = await daemon.signIn()
    const page = await daemon.call('/v1/application', {
      token: null,
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    })
    assert.deepEqual((await bodyOf(page, 200, 'Application')).allowedCommands, ['start'])
  })

  test('devices are listed, and health answers', async () => {
    const devices = await bodyOf(await daemon.call('/v1/devices'), 200, 'Devices')
    assert.deepEqual(Object.keys(devices), ['mic', 'speaker', 'screen'])
    assert.deepEqual(await bodyOf(await daemon.call('/healthz', { token: null }), 200, 'Health'), {
      status: 'ok',
    })
  })
})
