import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { createAccess } from '../src/access/access.ts'
import { readOrCreateHomeToken } from '../src/access/home-token.ts'
import { createApi } from '../src/cli/connection/api.ts'
import { NotReadyError } from '../src/client/errors.ts'
import { FrontDoor } from '../src/front-door.ts'
import { apiSocketPath } from '../src/home/api-socket.ts'
import { readDaemonFile } from '../src/home/daemon-file.ts'
import { type Home, prepareHome, resolveHome } from '../src/home/home.ts'
import { configurationWith } from './http/support/daemon.ts'
import { refusedInspection } from './http/support/inspection-socket.ts'
import { INDEX, writePage } from './http/support/page-folder.ts'
import { NO_AUDIT } from './http/support/stub-audit.ts'
import { StubBundles } from './http/support/stub-bundles.ts'
import { StubCompositions } from './http/support/stub-compositions.ts'
import { StubRecorder } from './http/support/stub-recorder.ts'
import { NO_VERIFICATIONS } from './http/support/stub-verifications.ts'
import { suite } from './support/suite.ts'

const noSockets = process.platform === 'win32' ? 'Windows has no Unix sockets' : null

suite('while the log is being opened', (test) => {
  let home: Home
  let door: FrontDoor
  let token: string
  test.beforeEach(async () => {
    home = resolveHome(await mkdtemp(join(tmpdir(), 'f2f-door-')))
    await prepareHome(home)
    const homeToken = await readOrCreateHomeToken(home.folder)
    token = homeToken
    const access = createAccess({ homeToken, tokens: () => [] })
    door = new FrontDoor({
      home,
      access,
      port: 0,
      pageFolder: join(home.folder, 'page'),
      logger: pino({ level: 'silent' }),
    })
  })
  test.afterEach(async () => {
    await door.close()
    await door.withdraw()
    await rm(home.folder, { recursive: true, force: true })
  })

  async function url(): Promise<string> {
    const found = await readDaemonFile(home)
    assert.equal(found.state, 'running')
    return found.state === 'running' ? found.daemon.url : ''
  }

  const open = () =>
    door.open({
      audit: NO_AUDIT,
      recorder: new StubRecorder(home.folder),
      compositions: new StubCompositions(),
      verifications: NO_VERIFICATIONS,
      bundles: new StubBundles(),
      version: '1.2.3',
      user: 'clerk',
      configuration: configurationWith({}),
      isRunning: () => true,
    })

  test('every request is told how far that has come, and then answered', async () => {
    await door.listen()
    door.report('The recorder verifies its log: 7 of 9 events.')
    const authorization = `Bearer ${token}`
    for (const [method, path] of [
      ['GET', '/healthz'],
      ['GET', '/v1/application'],
      ['POST', '/v1/recordings'],
    ] as const) {
      const answer = await fetch(`${await url()}${path}`, { method, headers: { authorization } })
      assert.equal(answer.status, 503)
      assert.equal(answer.headers.get('retry-after'), '1')
      assert.equal(answer.headers.get('content-type'), 'application/problem+json')
      const { code, detail } = (await answer.json()) as { code: string; detail: string }
      assert.equal(code, 'NOT_READY')
      assert.equal(detail, 'The recorder verifies its log: 7 of 9 events.')
    }
    const socket = await refusedInspection({ url: await url() }, { token })
    assert.equal(((await socket.json()) as { code: string }).code, 'NOT_READY')
    await open()
    const answer = await fetch(`${await url()}/v1/application`, { headers: { authorization } })
    assert.equal(answer.status, 200)
  })

  test('the page is served already, and shows how far that has come', async () => {
    await writePage(join(home.folder, 'page'))
    await door.listen()
    for (const path of ['/', '/assets/main-A1.js', '/manifest.webmanifest', '/icons/idle.svg']) {
      const answer = await fetch(`${await url()}${path}`)
      assert.equal(answer.status, 200, path)
      assert.match(answer.headers.get('content-security-policy') ?? '', /script-src 'self'/)
      assert.equal((await fetch(`${await url()}${path}`, { method: 'POST' })).status, 503)
    }
    assert.equal(await (await fetch(await url())).text(), INDEX)
    for (const path of ['/assets/main-A1.js.map', '/assets/', '/secret.json', '/v1/application'])
      assert.equal((await fetch(`${await url()}${path}`)).status, 503, path)
    await open()
    assert.equal(await (await fetch(await url())).text(), INDEX)
  })

  test('a page of another host learns nothing', async () => {
    await door.listen()
    const { port } = new URL(await url())
    const status = await new Promise((resolve, reject) => {
      const request = get({ port, path: '/', headers: { host: 'evil.example' }, agent: false })
      request.on('response', (response) => resolve(response.resume().statusCode))
      request.on('error', reject)
    })
    assert.equal(status, 403)
  })

  for (const way of ['socket', 'port'] as const)
    test(`f2f shows it, over the ${way}`, async () => {
      await door.listen()
      door.report('The recorder verifies its log: 7 of 9 events.')
      if (way === 'port') await rm(join(home.folder, 'api.sock'))
      await assert.rejects(createApi(home).application(), (error: unknown) => {
        assert.ok(error instanceof NotReadyError)
        assert.match(String(error.detail), /7 of 9 events/)
        return true
      })
    })

  test.unless(noSockets, 'a socket that a killed daemon has left is replaced', async () => {
    const path = apiSocketPath(home.folder) as string
    const leave = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', leave])
    assert.ok(existsSync(path))
    await door.listen()
    const found = await readDaemonFile(home)
    assert.equal(found.state === 'running' && found.daemon.socket, path)
  })

  test('an opening that fails leaves no announcement', async () => {
    await door.listen()
    assert.ok(existsSync(home.daemonFile))
    await door.close()
    assert.ok(existsSync(home.daemonFile))
    await door.withdraw()
    assert.ok(!existsSync(home.daemonFile))
  })
})
