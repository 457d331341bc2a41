import assert from 'node:assert/strict'
import { RecorderError } from '../../../src/contract/errors.ts'
import { canonicalJson } from '../../../src/http/requests/command-headers.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { pointersOf, toProblem } from '../support/expect.ts'

suite('Idempotency-Key', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  async function keyOf(path: string, body: unknown, key: string, token?: string) {
    const headers = { 'idempotency-key': key, 'content-type': 'application/json' }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await daemon.call(path, {
      method: 'POST',
      headers,
      body: text,
      ...(token ? { token } : {}),
    })
    assert.ok(answer.ok, await answer.text())
    const idempotency = daemon.recorder.commands.at(-1)?.idempotency
    assert.ok(idempotency)
    return idempotency
  }

  test('identifies a retransmission by client, key and a fingerprint of the request', async () => {
    const path = '/v1/recordings/current/tags'
    const first = await keyOf(path, '{"tags":{"a":1,"b":"x"}}', 'k-1')
    assert.equal(first.key, 'k-1')
    assert.match(first.fingerprint, /^[0-9a-f]{64}$/)
    assert.deepEqual(await keyOf(path, ' { "tags" : {"b":"x", "a":1} }', 'k-1'), first)
    const others = [
      await keyOf(path, { tags: { a: '1', b: 'x' } }, 'k-1'),
      await keyOf(path, { tags: { a: 1 } }, 'k-1'),
      await keyOf('/v1/recordings/rec_12345678/tags', { tags: { a: 1, b: 'x' } }, 'k-1'),
      await keyOf('/v1/recordings/current/pause', {}, 'k-1'),
      await keyOf('/v1/recordings/current/resume', {}, 'k-1'),
      await keyOf('/v1/recordings/current/pause', { media: ['mic', 'screen'] }, 'k-1'),
      await keyOf('/v1/recordings/current/pause', { media: ['screen', 'mic'] }, 'k-1'),
    ]
    const fingerprints = new Set([first, ...others].map(({ fingerprint }) => fingerprint))
    assert.equal(fingerprints.size, others.length + 1)
  })

  test('belongs to its client: another client may use the same key', async () => {
    const home = await keyOf('/v1/recordings/current/pause', {}, 'k')
    const token = await daemon.tokenFor('control')
    const crm = await keyOf('/v1/recordings/current/pause', {}, 'k', token)
    assert.notEqual(crm.client, home.client)
    assert.equal(crm.fingerprint, home.fingerprint)
    assert.equal((await keyOf('/v1/recordings/current/pause', {}, 'k', token)).client, crm.client)
  })

  test('must be 1 to 128 visible ASCII characters', async () => {
    await keyOf('/v1/recordings/current/pause', {}, `!~${'x'.repeat(126)}`)
    daemon.recorder.commands.length = 0
    for (const key of ['', 'x'.repeat(129), 'a b', 'ä', 'a\tb']) {
      const answer = await daemon.post(
        '/v1/recordings/current/pause',
        {},
        { 'idempotency-key': key },
      )
      assert.deepEqual(await pointersOf(answer), [''], key)
    }
    assert.equal(daemon.recorder.commands.length, 0)
  })

  test('of an unfinished request is answered with the time to retry', async () => {
    const before = daemon.recorder.answer
    daemon.recorder.answer = async () => {
      throw new RecorderError('IN_FLIGHT', 'The first one is still under way.')
    }
    const answer = await daemon.post('/v1/recordings/current/pause', {}, { 'idempotency-key': 'k' })
    daemon.recorder.answer = before
    assert.equal(answer.headers.get('retry-after'), '1')
    await toProblem(answer, 'IN_FLIGHT')
  })
})

suite('canonical JSON', (test) => {
  test('is the same for equal values, whatever the order of their keys', () => {
    assert.equal(
      canonicalJson({ b: [1, { d: null, c: 'x' }], a: true }),
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    )
  })
  test('differs for different values', () => {
    const values = [
      1,
      '1',
      true,
      'true',
      null,
      [],
      {},
      [1, 2],
      [2, 1],
      { a: 1 },
      { a: '1' },
      [[1], 2],
      [1, [2]],
    ]
    assert.equal(new Set(values.map(canonicalJson)).size, values.length)
  })
})

suite('If-Match', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  test('passes the expected version to the recorder', async () => {
    for (const word of ['pause', 'stop', 'resume', 'close']) {
      await daemon.post(`/v1/recordings/current/${word}`, undefined, { 'if-match': '"12"' })
      assert.equal(daemon.recorder.commands.at(-1)?.expectedVersion, 12)
    }
    await daemon.post('/v1/recordings/current/pause')
    assert.equal(daemon.recorder.commands.at(-1)?.expectedVersion, undefined)
  })

  test('accepts the ETag of an earlier answer', async () => {
    const etag = (await daemon.post('/v1/recordings/current/pause')).headers.get('etag') ?? ''
    await daemon.post('/v1/recordings/current/resume', {}, { 'if-match': etag })
    assert.equal(daemon.recorder.commands.at(-1)?.expectedVersion, 3)
  })

  test('must be one strong ETag', async () => {
    daemon.recorder.commands.length = 0
    for (const tag of ['12', 'W/"12"', '"x"', '"12", "13"', '*', '""', '"-1"', '"1.5"']) {
      assert.deepEqual(
        await pointersOf(
          await daemon.post('/v1/recordings/current/pause', {}, { 'if-match': tag }),
        ),
        [''],
        tag,
      )
    }
    assert.equal(daemon.recorder.commands.length, 0)
  })
})
