import assert from 'node:assert/strict'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { openStatelyBridge, type StatelyBridge } from '../../../src/cli/inspect/stately-bridge.ts'
import type { InspectionMessage } from '../../../src/contract/inspection.ts'
import { eventMessage } from '../../../src/inspection/inspection-messages.ts'
import { suite } from '../../support/suite.ts'
import { recording } from '../support/samples.ts'
import { f2f, type Stub, startStub } from '../support/stub.ts'

const ID = '7c1e2a4b-0000-4000-8000-000000000001'
const LAUNCH = 'http://127.0.0.1:1/launch/abc'

suite('f2f inspect', (test) => {
  let stub: Stub
  test.before(async () => {
    stub = await startStub({
      'POST /v1/ui/launch': { body: { url: LAUNCH, expiresAt: '2026-01-31T09:00:00.000Z' } },
      [`GET /v1/recordings/${ID}`]: { body: recording({ id: ID }) },
      'GET /v1/recordings/current': { body: recording({ id: ID }) },
    })
  })
  test.after(() => stub.close())
  const inspect = (...argv: string[]) => f2f(['inspect', ...argv], { home: stub.home })

  test('leads to the inspector, to a recording in it, and to a position', async () => {
    assert.equal((await inspect('--print-url')).stdout, `${LAUNCH}#/inspector\n`)
    assert.equal((await inspect(ID, '--print-url')).stdout, `${LAUNCH}#/inspector/${ID}\n`)
    assert.equal(
      (await inspect('current', '--position', '17', '--print-url')).stdout,
      `${LAUNCH}#/inspector/${ID}?position=17\n`,
    )
  })

  test('without a screen it prints the URL, for a browser of the user’s choice', async () => {
    const { code, stdout, stderr } = await inspect()
    assert.deepEqual([code, stdout], [0, `${LAUNCH}#/inspector\n`])
    assert.match(stderr, /within 60 seconds/)
  })

  test('wrong usage ends with exit code 2, and asks the recorder nothing', async () => {
    const before = stub.requests.length
    for (const line of [
      '--position 1',
      '--json --speed 2',
      `${ID} --speed 2`,
      `${ID} --json --speed 0`,
      '--tags',
      '--yes',
      '--json --stately --yes',
      '--json --print-url',
      '--app --print-url',
      '--app --stately',
    ])
      assert.equal((await inspect(...line.split(' '))).code, 2, line)
    assert.equal(stub.requests.length, before)
  })

  test('an unknown recording is explained', async () => {
    const ran = await inspect('gone.', '--json')
    assert.equal(ran.code, 1)
    assert.equal(ran.json().code, 'NOT_FOUND')
  })

  test('--stately names the third party, and shows nothing there before the user agrees', async () => {
    const notice =
      /is shown to stately\.ai, the page of a third party, without the values of tags\./
    const unasked = await inspect('--stately')
    assert.equal(unasked.code, 2)
    assert.match(unasked.stderr, notice)
    assert.match(unasked.stderr, /--yes/)
    for (const answer of ['\n', 'n\n', 'yesterday\n']) {
      const keys = [answer]
      const ran = await f2f(['inspect', '--stately'], { home: stub.home, keys, terminal: true })
      assert.deepEqual([ran.code, ran.stdout], [0, ''])
      assert.match(ran.stderr, notice)
      assert.match(ran.stderr, /Show it there\? \[y\/N\]/)
    }
  })
})

suite('the page that shows Stately’s inspector', (test) => {
  const bridges: StatelyBridge[] = []
  const sockets: WebSocket[] = []
  test.afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate()
    for (const bridge of bridges.splice(0)) await bridge.close()
  })

  const tagged = eventMessage(
    'recorder',
    { type: 'recording.tagged', data: { tags: { customer: 'Secret' } }, by: { user: 'anna' } },
    { atMs: 1, position: 7 },
  )
  async function* feed(): AsyncGenerator<InspectionMessage> {
    yield tagged
    await new Promise<void>(() => {})
  }
  async function bridge(
    open: () => Promise<AsyncIterable<InspectionMessage>> = async () => feed(),
  ) {
    const opened = await openStatelyBridge(open)
    bridges.push(opened)
    return opened
  }
  const feedUrlIn = (page: string): string =>
    /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(page)?.[0] ?? ''
  function connect(url: string, origin: string): WebSocket {
    const socket = new WebSocket(url, { origin })
    sockets.push(socket)
    // A refused one is ended by the test.
    socket.on('error', () => {})
    return socket
  }
  const refused = async (url: string, origin: string): Promise<number> => {
    const [, answer] = await once(connect(url, origin), 'unexpected-response')
    return answer.statusCode
  }

  test('works once, for its own page only', async () => {
    const { url } = await bridge()
    const { origin } = new URL(url)
    assert.equal((await fetch(`${origin}/`)).status, 404)
    const answer = await fetch(url)
    assert.equal(answer.status, 200)
    assert.match(
      answer.headers.get('content-security-policy') ?? '',
      /frame-src https:\/\/stately\.ai;/,
    )
    const feedUrl = feedUrlIn(await answer.text())
    assert.equal((await fetch(url)).status, 404)
    assert.equal(await refused(feedUrl, 'https://evil.example'), 403)
    assert.equal(await refused(feedUrl.replace(/\/[\w-]+$/, '/guess'), origin), 403)
    await once(connect(feedUrl, origin), 'open')
    assert.equal(await refused(feedUrl, origin), 403)
  })

  test('gets the feed without values of tags and names of users, and ends with its page', async () => {
    const { url, ended } = await bridge()
    const socket = connect(feedUrlIn(await (await fetch(url)).text()), new URL(url).origin)
    const [data] = await once(socket, 'message')
    const message = JSON.parse(String(data))
    assert.deepEqual(message.event.data.tags, { customer: '…' })
    assert.doesNotMatch(String(data), /Secret|anna|"position"/)
    socket.close()
    await ended
  })

  test('ends when the feed breaks', async () => {
    const { url, ended } = await bridge(async () => {
      throw new Error('The feed has ended.')
    })
    connect(feedUrlIn(await (await fetch(url)).text()), new URL(url).origin)
    await assert.rejects(ended, /The feed has ended/)
  })
})
