import assert from 'node:assert/strict'
import { openCheckpoint } from '../../src/tlog/checkpoint.ts'
import { leafHash } from '../../src/tlog/hashes.ts'
import { parseVkey } from '../../src/tlog/keys.ts'
import { parseTlogProof, verifyTlogProof } from '../../src/tlog/tlog-proof.ts'
import { verifyConsistency } from '../../src/tlog/verify-proofs.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'

suite('proofs over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
  })
  test.after(async () => {
    await daemon.stop()
  })

  /** The keys of the log, as somebody knows them who has only the vkeys. */
  const logKeys = async () => {
    const { body } = await clients.api.get('/audit/key')
    const keys = body.keys.map(({ key }: { key: string }) => parseVkey(key))
    return { origin: body.origin as string, keys }
  }

  const checkpoint = async () =>
    openCheckpoint((await clients.api.get('/audit/checkpoint')).body, await logKeys())

  const receipt = (position: number) => clients.api.get(`/audit/receipts/${position}`)

  /** Verifies a receipt, and returns the record that it proves. */
  const recordIn = async (text: string) => {
    const proof = parseTlogProof(text)
    verifyTlogProof(proof, leafHash(proof.extra as Buffer), await logKeys())
    return { index: proof.index, record: JSON.parse(String(proof.extra)) }
  }

  test('every answer to a command names an event that has a receipt at once', async () => {
    const { api } = clients
    const tags = { customer: 'C-4711' }
    const answers = [
      await api.start({ media: ['mic'] }),
      await api.command('tags', { tags }),
      await api.command('pause'),
      await api.command('stop'),
      await api.command('close'),
    ]
    for (const { status, body } of answers) {
      assert.ok(status < 300, JSON.stringify(body))
      const { index, record } = await recordIn((await receipt(body.position)).body)
      assert.equal(index, body.position - 1)
      assert.equal(record.event.position, body.position)
      assert.equal(record.event.recordingId, body.id)
      assert.equal(record.event.type, 'command.completed')
    }
    assert.equal((await api.get(`/recordings/${answers[0]!.body.id}`)).body.position, undefined)
    const tagged = (await receipt(answers[1]!.body.position - 1)).body
    assert.equal((await recordIn(tagged)).record.event.type, 'recording.tagged')
    const { extra } = parseTlogProof(tagged)
    assert.ok(!String(extra).includes('C-4711'), 'the value is sealed')
  })

  test('the log is proven to have only grown', async () => {
    const before = await checkpoint()
    await clients.api.start({ media: ['mic'] })
    await clients.api.command('stop')
    await clients.api.command('close')
    const after = await checkpoint()
    assert.ok(after.size > before.size)
    const { body } = await clients.api.get(`/audit/consistency?from=${before.size}`)
    const hashes = body.hashes.map((hash: string) => Buffer.from(hash, 'base64'))
    assert.equal(body.to, after.size)
    assert.ok(verifyConsistency(before, after, hashes))
  })

  test('a client without audit gets receipts of its own events only', async () => {
    const { ui, api } = clients
    const own = await api.start({ media: ['mic'] })
    await api.command('stop')
    await api.command('close')
    const other = await ui.start({ media: ['mic'] })
    await ui.command('stop')
    await ui.command('close')
    const plain = await clients.thirdParty('plain', ['read', 'control'])
    const started = await plain.start()
    await plain.command('stop')
    await plain.command('close')
    const at = (position: number) => plain.get(`/audit/receipts/${position}`)
    assert.equal((await at(started.body.position)).status, 200)
    for (const { body } of [own, other]) {
      const refused = await at(body.position)
      assert.equal(refused.status, 403)
      assert.equal(refused.body.code, 'FORBIDDEN_SCOPE')
    }
    assert.equal((await plain.get('/audit/checkpoint')).status, 403)
  })

  test('bad positions and sizes are refused, with what they could be', async () => {
    for (const position of ['0', '01', '-1', '1e3', 'x', '999999', '9007199254740993']) {
      const { status, body } = await receipt(position as unknown as number)
      assert.equal(status, 404, position)
      assert.match(body.detail, /Its last one is \d+/)
    }
    const { size } = await checkpoint()
    const at = async (query: string) => (await clients.api.get(`/audit/consistency?${query}`)).body
    assert.equal((await at(`from=1&to=${size + 10_000}`)).errors[0].pointer, '/to')
    assert.equal((await at('from=5&to=2')).errors[0].pointer, '/from')
    assert.equal((await at('')).errors[0].pointer, '/from')
  })

  test('a rotated key verifies what comes, and the former what was', async () => {
    const { api } = clients
    const before = await checkpoint()
    const former = (await api.get('/audit/key')).body
    const { body, status } = await api.call('POST', '/audit/key/rotate', {})
    assert.equal(status, 200)
    assert.notEqual(body.key, former.key)
    assert.deepEqual(
      body.keys.map(({ cause }: { cause: string }) => cause),
      ['created', 'rotated'],
    )
    assert.equal(body.keys[0].to, body.keys[1].from - 1)
    const after = await checkpoint()
    assert.equal(after.signatures.length, 2, 'both vouch for the change')
    assert.ok(after.size > before.size)
    await api.start({ media: ['mic'] })
    await api.command('stop')
    const { position } = (await api.command('close')).body
    const { checkpoint: note } = parseTlogProof((await receipt(position)).body)
    openCheckpoint(note, { origin: body.origin, keys: [parseVkey(body.key)] })
    assert.throws(
      () => openCheckpoint(note, { origin: body.origin, keys: [parseVkey(former.key)] }),
      /no signature of a known key/,
    )
  })
})
