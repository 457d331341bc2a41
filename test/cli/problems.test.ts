import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApi } from '../../src/cli/connection/api.ts'
import { CHALLENGE_HEADER, identityProof, PROOF_HEADER } from '../../src/contract/identity-proof.ts'
import { readDaemonFile, writeDaemonFile } from '../../src/home/daemon-file.ts'
import { suite } from '../support/suite.ts'
import { recording } from './support/samples.ts'
import {
  f2f,
  freshHome,
  problem,
  type Stub,
  type StubAnswer,
  startStub,
  TOKEN,
} from './support/stub.ts'

const startedAt = '2026-01-31T09:00:00.000Z'
/** Larger than any process id of the platforms. */
const NO_PROCESS = 2 ** 31 - 2

suite('problems', (test) => {
  let stub: Stub | undefined
  test.afterEach(async () => {
    await stub?.close()
    stub = undefined
  })
  const api = async (answers: Record<string, StubAnswer>) => {
    stub = await startStub(answers)
    return stub
  }

  test('a refusal shows title, detail, remedy and code, and ends with exit code 1', async () => {
    const { home } = await api({
      'POST /v1/recordings/current/tags': problem(409, 'TAG_LIMIT', { remedy: 'Correct it.' }),
    })
    const ran = await f2f(['tag', 'a b=1'], { home })
    assert.equal(ran.code, 1)
    assert.equal(ran.stdout, '')
    assert.equal(
      ran.stderr,
      'Title of TAG_LIMIT.\nDetail of TAG_LIMIT.\n-> Correct it.\n(TAG_LIMIT)\n',
    )
  })

  test('a conflict names the controller and the allowed commands, and its remedy is a command', async () => {
    const holder = { side: 'ui', client: 'ui', since: '2026-01-31T09:00:30.000Z' }
    const { home } = await api({
      'POST /v1/recordings/current/stop': problem(409, 'CONTROL_HELD_BY_UI', {
        holder,
        allowedCommands: ['tag'],
      }),
      'POST /v1/recordings': problem(409, 'ALREADY_RECORDING', {
        allowedCommands: [],
        remedy: 'POST /v1/…',
      }),
    })
    assert.match(
      (await f2f(['stop'], { home })).stderr,
      /The recorder’s own page controls the recording since .*:30\.\nAllowed now: tag\.\n/,
    )
    const { stderr } = await f2f(['start'], { home })
    assert.match(stderr, /-> Stop it first with `f2f stop`/)
    assert.doesNotMatch(stderr, /POST/)
  })

  test('with --json, stdout is exactly the problem document', async () => {
    const { home } = await api({
      'POST /v1/recordings': problem(409, 'CONTROL_HELD_BY_UI', { state: 'Active' }),
    })
    const ran = await f2f(['start', '--json'], { home })
    assert.equal(ran.code, 1)
    assert.deepEqual(ran.json(), problem(409, 'CONTROL_HELD_BY_UI', { state: 'Active' }).body)
    assert.equal(ran.stderr, '')
  })

  test('with --json, stdout is exactly the API’s answer', async () => {
    const { home } = await api({
      'POST /v1/recordings/current/stop': { body: { ...recording(), later: 'addition' } },
    })
    assert.deepEqual((await f2f(['stop', '--json'], { home })).json(), {
      ...recording(),
      later: 'addition',
    })
  })

  test('colours appear only on a terminal that can show them, and never against NO_COLOR', async () => {
    const { home } = await api({ 'POST /v1/recordings/current/stop': { body: recording() } })
    const stdout = async (options: object) => (await f2f(['stop'], { home, ...options })).stdout
    assert.ok((await stdout({ terminal: true })).includes('\u001b[32mActive'))
    for (const plain of [
      {},
      { terminal: true, env: { NO_COLOR: '1' } },
      { terminal: true, env: { TERM: 'dumb' } },
    ])
      assert.ok(!(await stdout(plain)).includes('\u001b'), JSON.stringify(plain))
  })

  test('without a running recorder, every command explains how to start one', async () => {
    const home = await freshHome()
    for (const argv of [['status'], ['start'], ['token', 'list'], ['ui']]) {
      const ran = await f2f(argv, { home })
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /No recorder is running[\s\S]*f2f serve[\s\S]*NO_DAEMON/)
      assert.ok(ran.stderr.includes(home.folder))
    }
    assert.equal((await f2f(['status', '--json'], { home })).json().code, 'NO_DAEMON')
  })

  test('a recorder that was killed is reported as such', async () => {
    const home = await freshHome()
    await writeDaemonFile(home, { pid: NO_PROCESS, url: 'http://127.0.0.1:1', startedAt })
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /The last one crashed or was killed\./)
  })

  test('a reused process id without a listener is not taken for a recorder', async () => {
    const { home, close } = await api({})
    await close()
    stub = undefined
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /No recorder is running[\s\S]*Nothing listens/)
  })

  test('a missing home token is reported, and nothing is sent', async () => {
    const { home, requests } = await api({})
    await rm(home.tokenFile)
    const ran = await f2f(['status', '--json'], { home })
    assert.equal(ran.json().code, 'NO_TOKEN')
    assert.equal(requests.length, 0)
  })

  test('a wrong token is refused and never printed', async () => {
    const { home } = await api({})
    await writeFile(home.tokenFile, 'another-token')
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /NOT_THE_RECORDER/)
    assert.doesNotMatch(ran.stderr, /another-token/)
  })

  test('another program on the port, or one that hangs up, is an error', async () => {
    const { home } = await api({
      'GET /v1/devices': { raw: '<html>' },
      'GET /v1/tokens': { status: 500, body: {} },
    })
    assert.equal((await f2f(['devices', '--json'], { home })).json().code, 'NO_ANSWER')
    assert.equal((await f2f(['token', 'list', '--json'], { home })).json().status, 500)

    let port = 0
    const rude = createServer(({ url, headers, socket }, response) => {
      if (url !== '/healthz') socket.destroy()
      else {
        const challenge = headers[CHALLENGE_HEADER] as string
        response.setHeader(PROOF_HEADER, identityProof(TOKEN, port, challenge))
        response.end()
      }
    })
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve))
    try {
      port = (rude.address() as AddressInfo).port
      await writeDaemonFile(home, { pid: process.pid, url: `http://127.0.0.1:${port}`, startedAt })
      const ran = await f2f(['stop'], { home })
      assert.equal(ran.code, 1)
      assert.match(ran.stderr, /may have taken effect all the same[\s\S]*NO_ANSWER/)
    } finally {
      rude.close()
    }
  })

  test('the home token is sent to the loopback address only', async () => {
    const { home, requests } = await api({})
    const found = await readDaemonFile(home)
    const port = found.state === 'running' ? new URL(found.daemon.url).port : ''
    for (const url of [
      `http://localhost:${port}`,
      `http://127.0.0.1:1@127.0.0.1:${port}`,
      `http://[::1]:${port}`,
    ]) {
      await writeFile(home.daemonFile, JSON.stringify({ pid: process.pid, url, startedAt }))
      assert.equal((await f2f(['status', '--json'], { home })).json().code, 'NO_DAEMON')
    }
    assert.equal(requests.length, 0)
  })

  test('a person is told once when an answer takes over a second', async () => {
    let release = () => {}
    const hold = new Promise<void>((resolve) => {
      release = resolve
    })
    const { home } = await api({ 'POST /v1/recordings': { status: 201, body: recording(), hold } })
    const calls: string[] = []
    await createApi(home, {
      onWait() {
        calls.push('waiting')
        release()
        return () => calls.push('done')
      },
    }).start()
    assert.deepEqual(calls, ['waiting', 'done'])
  })
})
