import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { RecorderError } from '../../../src/contract/errors.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { bodyOf, pointersOf, toProblem } from '../support/expect.ts'

interface Token {
  id: string
  name: string
  scopes: string[]
  token?: string
}

suite('tokens', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(() => daemon.close())

  const create = async (name: string, scopes: string[]) =>
    bodyOf<Token>(await daemon.post('/v1/tokens', { name, scopes }), 201, 'NewToken')
  const list = async (query = '') =>
    bodyOf<{ items: Token[]; nextCursor: string | null }>(
      await daemon.call(`/v1/tokens${query}`),
      200,
      'TokenPage',
    )

  test('can be created, used, listed and revoked', async () => {
    const { id, token = '' } = await create('crm', ['read', 'tag'])
    assert.match(token, /^f2f_[\w-]{43}$/)
    await bodyOf(await daemon.call('/v1/application', { token }), 200, 'Application')
    assert.deepEqual(
      (await list()).items.map(({ name, scopes }) => [name, scopes]),
      [['crm', ['read', 'tag']]],
    )
    const answer = await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' })
    assert.equal(answer.status, 204)
    assert.equal(await answer.text(), '')
    await toProblem(await daemon.call('/v1/application', { token }), 'UNAUTHENTICATED')
    assert.deepEqual(await list(), { items: [], nextCursor: null })
    await toProblem(await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' }), 'NOT_FOUND')
  })

  test('count at each request of one connection: another, a wrong and a revoked one', async () => {
    const { id, token = '' } = await create('crm', ['read'])
    const other = (await create('dialler', ['tag'])).token as string
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<unknown>()
    const statusWith = async (secret: string) => {
      const headers = { authorization: `Bearer ${secret}` }
      const request = get(`${daemon.url}/v1/application`, { agent, headers })
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      ports.add(answer.socket.localPort)
      await once(answer.resume(), 'end')
      return answer.statusCode
    }
    try {
      for (const secret of [token, token]) assert.equal(await statusWith(secret), 200)
      assert.equal(await statusWith(other), 403)
      assert.equal(await statusWith(`${token}x`), 401)
      assert.equal(await statusWith(token), 200)
      await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' })
      assert.equal(await statusWith(token), 401)
      assert.equal(ports.size, 1)
    } finally {
      agent.destroy()
    }
  })

  test('are shown once, and stored only as a hash', async () => {
    const { token = '' } = await create('crm', ['read', 'read'])
    const everything = JSON.stringify([await list(), daemon.recorder.notes, daemon.logLines])
    assert.ok(!everything.includes(token))
    const [note] = daemon.recorder.notes
    assert.equal(note?.type, 'token.created')
    assert.deepEqual(note?.by, { side: 'api', client: 'home', user: 'tester' })
    assert.deepEqual((note?.data as Token | undefined)?.scopes, ['read'])
    assert.ok(!/[0-9a-f]{64}/.test(JSON.stringify(await list())), 'nor is the hash shown')
  })

  test('are listed page by page', async () => {
    const ids: string[] = []
    for (const name of ['a', 'b', 'c']) ids.push((await create(name, ['read'])).id)
    const first = await list('?limit=2')
    const second = await list(`?limit=2&cursor=${first.nextCursor}`)
    assert.deepEqual(
      [...first.items, ...second.items].map(({ id }) => id),
      ids,
    )
    assert.equal(second.nextCursor, null)
  })

  test('are listed on after the last one of a page was revoked', async () => {
    const ids: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) ids.push((await create(name, ['read'])).id)
    const { nextCursor } = await list('?limit=2')
    for (const id of [ids[1], ids[2]]) await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' })
    await create('e', ['read'])
    const { items } = await list(`?limit=2&cursor=${nextCursor}`)
    assert.deepEqual(
      items.map(({ name }) => name),
      ['d', 'e'],
    )
    for (const cursor of ['tok_0000000000000000', 'x', ids[0]])
      assert.deepEqual(await pointersOf(await daemon.call(`/v1/tokens?cursor=${cursor}`)), [
        '/cursor',
      ])
  })

  test('cannot share a name, even if they are asked for at the same time', async () => {
    const { id } = await create('crm', ['read'])
    const again = { name: 'crm', scopes: ['audit'] }
    const problem = await toProblem(await daemon.post('/v1/tokens', again), 'TOKEN_NAME_TAKEN')
    assert.equal(problem.tokenId, id)
    await create('CRM', ['read'])
    await daemon.call(`/v1/tokens/${id}`, { method: 'DELETE' })
    const { recorder } = daemon
    const append = recorder.appendTokenEvent.bind(recorder)
    let write = () => {}
    const written = new Promise<void>((resolve) => {
      write = resolve
    })
    recorder.appendTokenEvent = (...event) => written.then(() => append(...event))
    const asked = [1, 2, 3].map(() => daemon.post('/v1/tokens', again))
    await Promise.race(asked)
    write()
    const answers = await Promise.all(asked)
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409])
    assert.equal((await list()).items.length, 2)
  })

  test('free their name if they could not be written', async () => {
    const { recorder } = daemon
    const append = recorder.appendTokenEvent.bind(recorder)
    recorder.appendTokenEvent = async () => {
      throw new RecorderError('STORAGE_FULL', 'The disk is full.')
    }
    const request = { name: 'crm', scopes: ['read'] }
    await toProblem(await daemon.post('/v1/tokens', request), 'STORAGE_FULL')
    recorder.appendTokenEvent = append
    await create('crm', ['read'])
  })

  test('of an older home may share a name: both work, and each can be revoked', async () => {
    const [one, two] = [await daemon.tokenFor('read'), await daemon.tokenFor('read')]
    const { items } = await list()
    assert.deepEqual(
      items.map(({ name }) => name),
      ['crm', 'crm'],
    )
    await daemon.call(`/v1/tokens/${items[0]?.id}`, { method: 'DELETE' })
    await toProblem(await daemon.call('/v1/application', { token: one }), 'UNAUTHENTICATED')
    await bodyOf(await daemon.call('/v1/application', { token: two }), 200, 'Application')
    const again = { name: 'crm', scopes: ['read'] }
    await toProblem(await daemon.post('/v1/tokens', again), 'TOKEN_NAME_TAKEN')
  })

  test('need a valid name and known scopes', async () => {
    const cases: [body: unknown, pointers: string[]][] = [
      [{}, ['/name', '/scopes']],
      [{ name: '', scopes: [] }, ['/name', '/scopes']],
      [{ name: 'a b', scopes: ['fly'] }, ['/name', '/scopes/0']],
      [{ name: 'x'.repeat(65), scopes: ['read'] }, ['/name']],
      [{ name: 'crm', scopes: ['read'], expires: 1 }, ['/expires']],
      [{ name: 'home', scopes: ['read'] }, ['/name']],
      [{ name: 'ui', scopes: ['read'] }, ['/name']],
      [{ name: 'system', scopes: ['read'] }, ['/name']],
      // The recorder itself: who has its name could not be told from it in the log.
      [{ name: 'recorder', scopes: ['read'] }, ['/name']],
    ]
    for (const [body, pointers] of cases) {
      assert.deepEqual(
        await pointersOf(await daemon.post('/v1/tokens', body)),
        pointers,
        JSON.stringify(body),
      )
    }
    assert.equal(daemon.recorder.notes.length, 0)
  })

  test('are valid only once they are on disk', async () => {
    daemon.recorder.appendTokenEvent = async () => {
      throw new RecorderError('STORAGE_FULL', 'The disk is full.')
    }
    await toProblem(
      await daemon.post('/v1/tokens', { name: 'crm', scopes: ['read'] }),
      'STORAGE_FULL',
    )
  })
})
