import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { F2F } from '../../lab/daemon.ts'
import { didYouMean } from '../../src/contract/did-you-mean.ts'
import { suite } from '../support/suite.ts'
import { recording } from './support/samples.ts'
import { f2f, type Stub, type StubAnswer, type StubRequest, startStub } from './support/stub.ts'

const IDS = ['aaaa1111-0000', 'aaaa2222-0000', 'bbbb1111-0000']
const page = (ids: string[], nextCursor: string | null = null): StubAnswer => ({
  body: { items: ids.map((id) => ({ ...recording(), id })), nextCursor },
})

suite('what people expect of a command line', (test) => {
  let stub: Stub
  const start = async (
    answers: Record<string, StubAnswer | ((request: StubRequest) => StubAnswer)>,
  ) => {
    stub = await startStub(answers)
    return stub
  }
  test.afterEach(() => stub?.close())
  const targets = () => stub.requests.map(({ method, url }) => `${method} ${url}`)

  test('a recording is named by the beginning of its id', async () => {
    const { home } = await start({
      'GET /v1/recordings?limit=1000': page(IDS),
      'POST /v1/recordings/bbbb1111-0000/stop': { body: recording() },
    })
    assert.equal((await f2f(['stop', 'bb'], { home })).code, 0)
    assert.equal(targets().at(-1), 'POST /v1/recordings/bbbb1111-0000/stop')
  })

  test('a short beginning that fits no recording is called that, and not an id of the wrong form', async () => {
    const { home } = await start({ 'GET /v1/recordings?limit=1000': page(IDS) })
    const ran = await f2f(['show', 'zz'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /^There is no recording with this id\.\nNo id begins with this\.\n->/)
    const problem = (await f2f(['show', 'zz', '--json'], { home })).json()
    assert.equal(problem.code, 'RECORDING_NOT_FOUND')
  })

  test('an ambiguous beginning is refused with the ids that fit, and nothing is sent', async () => {
    const { home } = await start({ 'GET /v1/recordings?limit=1000': page(IDS) })
    const ran = await f2f(['stop', 'aaaa'], { home })
    assert.equal(ran.code, 2)
    assert.match(ran.stderr, /aaaa1111-0000, aaaa2222-0000/)
    assert.deepEqual(targets(), ['GET /v1/recordings?limit=1000'])
  })

  test('media are named without an option, with an id or without', async () => {
    const { home } = await start({
      'POST /v1/recordings': { body: recording() },
      'GET /v1/recordings?limit=1000': page(IDS),
      'POST /v1/recordings/current/pause': { body: recording() },
      'POST /v1/recordings/bbbb1111-0000/resume': { body: recording() },
    })
    for (const [line, media] of [
      ['start mic screen', ['mic', 'screen']],
      ['pause screen', ['screen']],
      ['pause screen --media mic,screen', ['screen', 'mic']],
      ['resume bb audio', ['audio']],
    ] as const) {
      assert.equal((await f2f(line.split(' '), { home })).code, 0, line)
      assert.deepEqual(stub.lastRequest().body, { media }, line)
    }
    const sent = stub.requests.length
    for (const wrong of ['pause current scren', 'start micro']) {
      const ran = await f2f(wrong.split(' '), { home })
      assert.equal(ran.code, 2, wrong)
      assert.match(ran.stderr, /audio, mic, speaker, screen/)
    }
    assert.equal(stub.requests.length, sent)
  })

  test('`last` is the newest recording', async () => {
    const { home } = await start({
      'GET /v1/recordings?limit=1': page(IDS.slice(0, 1)),
      'POST /v1/recordings/aaaa1111-0000/close': { body: recording() },
    })
    assert.equal((await f2f(['close', 'last'], { home })).code, 0)
  })

  test('list --tag searches with the tags in the body, not in the URL', async () => {
    const { home } = await start({ 'POST /v1/recordings/search': page(IDS) })
    const argv = ['list', '--tag', 'desk=3', '--tag', 'pages:=12', '--limit', '5']
    assert.equal((await f2f(argv, { home })).code, 0)
    assert.deepEqual(stub.lastRequest().body, { tags: { desk: '3', pages: 12 }, limit: 5 })
    assert.equal((await f2f(['list', '--tag', '-'], { home, stdin: ['customer=4711'] })).code, 0)
    assert.deepEqual(stub.lastRequest().body, { tags: { customer: '4711' }, limit: 20 })
  })

  test('list --all goes through all pages', async () => {
    const { home } = await start({
      'GET /v1/recordings?limit=1000': page(IDS.slice(0, 2), 'next'),
      'GET /v1/recordings?limit=1000&cursor=next': page(IDS.slice(2)),
    })
    const { items } = (await f2f(['list', '--all', '--json'], { home })).json()
    assert.deepEqual(
      items.map(({ id }: { id: string }) => id),
      IDS,
    )
  })

  test('a token is revoked by its name, or by its id when two share one', async () => {
    const tokens = ['crm', 'kiosk', 'kiosk'].map((name, i) => ({ id: `id-${i}`, name, scopes: [] }))
    const { home } = await start({
      'GET /v1/tokens?limit=1000': { body: { items: tokens, nextCursor: null } },
      'DELETE /v1/tokens/id-0': { status: 204 },
      'DELETE /v1/tokens/id-2': { status: 204 },
    })
    assert.equal((await f2f(['token', 'revoke', 'crm'], { home })).code, 0)
    assert.equal(targets().at(-1), 'DELETE /v1/tokens/id-0')
    const ambiguous = await f2f(['token', 'revoke', 'kiosk'], { home })
    assert.equal(ambiguous.code, 2)
    assert.match(ambiguous.stderr, /id-1, id-2/)
    assert.equal((await f2f(['token', 'revoke', 'id-2'], { home })).code, 0)
  })

  test('common options may stand before the command', async () => {
    const { home } = await start({ 'GET /v1/recordings?limit=20': page(IDS) })
    const ran = await f2f(['--home', home.folder, '--json', 'list'])
    assert.equal(ran.code, 0)
    assert.equal(ran.json().items.length, 3)
  })

  test('a typing mistake is answered with what was probably meant', async () => {
    assert.match((await f2f(['strat'])).stderr, /Did you mean f2f start\?/)
    assert.match((await f2f(['pasue'])).stderr, /Did you mean f2f pause\?/)
    assert.match((await f2f(['list', '--limt', '3'])).stderr, /Did you mean --limit\?/)
    assert.doesNotMatch((await f2f(['xyzzy'])).stderr, /Did you mean/)
    assert.equal(didYouMean('exprot', ['export', 'stop']), 'export')
  })

  test('f2f version prints the version', async () => {
    const version = await f2f(['version'])
    assert.equal(version.code, 0)
    assert.equal(version.stdout, (await f2f(['--version'])).stdout)
  })

  const noFull = existsSync('/dev/full') ? null : 'this system has no /dev/full'
  test.unless(noFull, 'an output that cannot be written is one sentence and exit code 1', () => {
    const ran = spawnSync(process.execPath, [F2F, '--help'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    assert.equal(ran.status, 1)
    assert.match(ran.stderr, /^f2f: The output cannot be written: [^\n]*ENOSPC[^\n]*\n$/)
  })
})
