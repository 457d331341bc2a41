import assert from 'node:assert/strict'
import { createStallingFfmpeg } from '../e2e/support/stalling-ffmpeg.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { staticFfmpeg } from '../support/static-ffmpeg.ts'
import { suite } from '../support/suite.ts'
import { type Client, connect } from './support/clients.ts'
import { openFeed } from './support/event-feed.ts'

/** An answer as it came over the wire, but for what belongs to the request: date and request id. */
interface Raw {
  status: number
  text: string
  location: string | null
  etag: string | null
}

async function send(
  { credential }: Client,
  daemon: TestDaemon,
  path: string,
  body: object,
  key: string,
): Promise<Raw> {
  const { status, headers, text } = await fetch(`${daemon.url}/v1${path}`, {
    method: 'POST',
    headers: {
      ...(credential as Record<string, string>),
      'Content-Type': 'application/json',
      'Idempotency-Key': key,
    },
    body: JSON.stringify(body),
  }).then(async (response) => ({
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  }))
  return { status, text, location: headers.get('location'), etag: headers.get('etag') }
}

/** How far the log has come, as its stream tells after a command that is certainly in it. */
async function logOf(daemon: TestDaemon): Promise<string[]> {
  const feed = await openFeed(daemon, { after: 0 })
  const mark = await daemon.api('POST', '/recordings/no-such-recording/close')
  assert.equal(mark.status, 404)
  await feed.event(
    'the mark',
    ({ type, data }) =>
      type === 'command.refused' && 'code' in data && data.code === 'RECORDING_NOT_FOUND',
  )
  feed.close()
  return feed.events.map(({ type }) => type)
}

suite('Idempotency-Key', (test) => {
  let daemon: TestDaemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(async () => {
    await daemon.stop()
  })

  test(
    'the same key and body get the same answer byte for byte: at once, after a restart and after kill -9',
    async () => {
      const body = { media: ['mic'], wrapUpSeconds: 3600, tags: { customer: '4711' } }
      const { api } = await connect(daemon)
      const started = await send(api, daemon, '/recordings', body, 'start-1')
      assert.equal(started.status, 201)
      assert.equal(started.location, `/v1/recordings/${JSON.parse(started.text).id}`)
      const tagged = await send(
        api,
        daemon,
        '/recordings/current/tags',
        { tags: { a: 1 } },
        'tag-1',
      )
      const stopped = await send(api, daemon, '/recordings/current/stop', {}, 'stop-1')
      assert.equal(JSON.parse(stopped.text).state, 'WrapUp')

      const assertKept = async (): Promise<void> => {
        const { api: again } = await connect(daemon)
        const before = (await again.get('/recordings/current')).body
        assert.deepEqual(
          await send(again, daemon, '/recordings/current/stop', {}, 'stop-1'),
          stopped,
        )
        assert.deepEqual(await send(again, daemon, '/recordings', body, 'start-1'), started)
        // What the body says counts, not how it is written.
        const rewritten = Object.fromEntries(Object.entries(body).reverse())
        assert.deepEqual(await send(again, daemon, '/recordings', rewritten, 'start-1'), started)
        assert.deepEqual(
          await send(again, daemon, '/recordings/current/tags', { tags: { a: 1 } }, 'tag-1'),
          tagged,
        )
        assert.deepEqual(
          (await again.get('/recordings/current')).body,
          before,
          'something was done again',
        )
        assert.equal((await again.get('/recordings')).body.items.length, 1)
      }
      await assertKept()
      const { home } = daemon
      assert.equal(await daemon.stop(), 0)
      daemon = await startDaemon({ home })
      await assertKept()
      // Kept by an answer that had only just left.
      const late = await send(
        (await connect(daemon)).api,
        daemon,
        '/recordings/current/tags',
        { tags: { b: 2 } },
        'tag-2',
      )
      daemon.kill('SIGKILL')
      await daemon.exited
      daemon = await startDaemon({ home })
      assert.deepEqual(
        await send(
          (await connect(daemon)).api,
          daemon,
          '/recordings/current/tags',
          { tags: { b: 2 } },
          'tag-2',
        ),
        late,
      )
      await assertKept()
    },
    { limitMs: 60_000 },
  )

  test('the same key with another body or for another command is refused, and the refusal is in the log', async () => {
    const { api } = await connect(daemon)
    await api.start()
    const key = { 'Idempotency-Key': 'once' }
    const { version } = (await api.command('tags', { tags: { a: 1 } }, key)).body
    const others = [
      await api.command('tags', { tags: { a: 2 } }, key),
      await api.command('tags', { tags: { a: '1' } }, key),
      await api.command('pause', undefined, key),
    ]
    for (const { status, body } of others)
      assert.deepEqual([status, body.code], [422, 'IDEMPOTENCY_MISMATCH'])
    const { body } = await api.get('/recordings/current')
    assert.deepEqual([body.version, body.state], [version, 'Active'])
    assert.equal(
      (await logOf(daemon)).filter((type) => type === 'command.refused').length,
      others.length + 1,
    )
  })

  test('keys belong to their client: another client may use the same key for another request', async () => {
    const { api, ui, thirdParty } = await connect(daemon)
    const crm = await thirdParty('crm', ['tag'])
    const key = { 'Idempotency-Key': 'k' }
    await ui.start()
    let { version } = (await api.command('tags', { tags: { by: 'first' } }, key)).body
    const assertDone = async (client: Client) => {
      const { status, body } = await client.command('tags', { tags: { by: 'next' } }, key)
      assert.equal(status, 200)
      assert.equal(body.version, version + 3, 'it was done')
      version = body.version
    }
    await assertDone(crm)
    await api.call('DELETE', `/tokens/${crm.id}`)
    // The same name, yet not the same client.
    await assertDone(await thirdParty('crm', ['tag']))
    await assertDone(ui)
    const { body } = await api.command('tags', { tags: { by: 'first' } }, key)
    assert.ok(body.version < version, 'its own answer again')
  })

  test('after a refusal or a failure the same key runs the command again', async () => {
    const { api } = await connect(daemon)
    const key = { 'Idempotency-Key': 'again' }
    assert.equal(
      (await api.command('tags', { tags: { a: 1 } }, key)).body.code,
      'NO_CURRENT_RECORDING',
    )
    await api.start()
    assert.equal((await api.command('tags', { tags: { a: 1 } }, key)).status, 200)
    await api.command('stop')
    const start = { media: ['mic'], devices: { mic: 'none' } }
    const failing = { 'Idempotency-Key': 'failing' }
    assert.equal((await api.start(start, failing)).body.code, 'DEVICE_UNAVAILABLE')
    assert.equal((await api.start(start, failing)).body.code, 'DEVICE_UNAVAILABLE')
    const types = await logOf(daemon)
    assert.equal(types.filter((type) => type === 'command.failed').length, 2)
  })
})

suite('Idempotency-Key of an unfinished request', (test) => {
  test('gets 409 with Retry-After until the answer; after a failure the same key runs again', async () => {
    const ffmpeg = createStallingFfmpeg(staticFfmpeg)
    const daemon = await startDaemon({ env: { FFMPEG_BIN: ffmpeg.path } })
    try {
      const { api } = await connect(daemon)
      const key = { 'Idempotency-Key': 'slow' }
      const feed = await openFeed(daemon)
      ffmpeg.stall('sine')
      const first = api.start({}, key)
      await feed.event('the start accepted', ({ type }) => type === 'command.accepted')
      const second = await api.start({}, key)
      assert.deepEqual([second.status, second.body.code], [409, 'IN_FLIGHT'])
      assert.match(second.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
      assert.equal((await api.start({ media: ['screen'] }, key)).body.code, 'IDEMPOTENCY_MISMATCH')
      assert.equal((await api.command('stop')).status, 200)
      assert.equal((await first).body.code, 'INTERRUPTED')

      ffmpeg.release()
      const again = await api.start({}, key)
      assert.equal(again.status, 201)
      assert.deepEqual((await api.start({}, key)).body, again.body)
      feed.close()
    } finally {
      await daemon.stop()
    }
  })
})
