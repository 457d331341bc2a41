import assert from 'node:assert/strict'
import { suite } from '../support/suite.ts'
import { ALLOWED_ORIGIN, type Daemon, startDaemon } from './support/daemon.ts'
import { bodyOf, toProblem } from './support/expect.ts'
import { recordingView } from './support/stub-recorder.ts'

suite('the page’s browser', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
    daemon.recorder.recordings.set('rec_current', recordingView('rec_current'))
    daemon.recorder.current = 'rec_current'
  })
  test.afterEach(() => daemon.close())

  /** As the browser sends it from the page itself, unless told otherwise. */
  const asPage = (
    path: string,
    cookie: string,
    init: RequestInit & { origin?: string | null } = {},
  ) => {
    const origin = init.origin === undefined ? daemon.url : init.origin
    const headers = {
      cookie,
      'content-type': 'application/json',
      ...(origin === null ? {} : { origin }),
    }
    return daemon.call(path, { ...init, token: null, headers })
  }

  async function launchUrl(): Promise<string> {
    const { url } = await bodyOf<{ url: string }>(await daemon.post('/v1/ui/launch'), 201, 'Launch')
    return url
  }

  test('is signed in by a launch URL, with a cookie that no script and no other site can use', async () => {
    const url = await launchUrl()
    assert.ok(url.startsWith(`${daemon.url}/`))
    const answer = await fetch(url, { redirect: 'manual' })
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('location'), '/')
    const [pair, ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ')
    assert.match(pair ?? '', new RegExp(`^f2f_session_${daemon.port}=[\\w-]{43}$`))
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Path=/', 'SameSite=Strict'])
    await bodyOf(await asPage('/v1/application', pair ?? ''), 200, 'Application')
  })

  test('is signed in only once by each launch URL, within 60 s', async () => {
    const url = await launchUrl()
    await fetch(url, { redirect: 'manual' })
    const again = await fetch(url, { redirect: 'manual' })
    assert.equal(again.headers.get('set-cookie'), null)
    await toProblem(again, 'UNAUTHENTICATED')
    const late = await launchUrl()
    daemon.clockOffset += 60_000
    await toProblem(await fetch(late, { redirect: 'manual' }), 'UNAUTHENTICATED')
    await toProblem(
      await fetch(`${daemon.url}/launch/guess`, { redirect: 'manual' }),
      'UNAUTHENTICATED',
    )
  })

  test('can send HEAD to a launch URL without using it up', async () => {
    const url = await launchUrl()
    const look = await fetch(url, { method: 'HEAD', redirect: 'manual' })
    assert.equal(look.status, 405)
    assert.equal(look.headers.get('allow'), 'GET')
    assert.equal((await fetch(url, { redirect: 'manual' })).status, 303)
  })

  test('sends commands from the UI side', async () => {
    const cookie = await daemon.signIn()
    await bodyOf(
      await asPage('/v1/recordings/current/pause', cookie, { method: 'POST' }),
      200,
      'Recording',
    )
    assert.deepEqual(daemon.recorder.commands[0]?.by, { side: 'ui', client: 'ui', user: 'tester' })
    const { allowedCommands } = await bodyOf<{ allowedCommands: string[] }>(
      await asPage('/v1/recordings/current', cookie),
      200,
      'RecordingWithHistory',
    )
    assert.deepEqual(allowedCommands, ['start'])
  })

  test('changes nothing without the Origin of the page itself', async () => {
    const cookie = await daemon.signIn()
    const post = (origin: string | null) =>
      asPage('/v1/recordings', cookie, { method: 'POST', origin, body: '{}' })
    for (const origin of [
      null,
      ALLOWED_ORIGIN,
      'https://evil.example',
      'null',
      `http://localhost:${daemon.port}`,
    ]) {
      await toProblem(await post(origin), 'FORBIDDEN_ORIGIN')
    }
    // A form of another page needs no preflight, and neither does a POST without a body.
    const form = {
      method: 'POST',
      token: null,
      headers: { cookie, 'content-type': 'text/plain' },
      body: '{}',
    }
    await toProblem(await daemon.call('/v1/recordings', form), 'FORBIDDEN_ORIGIN')
    assert.equal(daemon.recorder.commands.length, 0)
    assert.equal((await post(daemon.url)).status, 201)
  })

  test('reads without an Origin, even by POST where nothing changes', async () => {
    const cookie = await daemon.signIn()
    await bodyOf(await asPage('/v1/recordings', cookie, { origin: null }), 200, 'RecordingPage')
    const search = { method: 'POST', origin: null, body: '{}' }
    await bodyOf(await asPage('/v1/recordings/search', cookie, search), 200, 'RecordingPage')
  })

  test('has no admin scope', async () => {
    const cookie = await daemon.signIn()
    await toProblem(await asPage('/v1/tokens', cookie), 'FORBIDDEN_SCOPE')
    await toProblem(await asPage('/v1/ui/launch', cookie, { method: 'POST' }), 'FORBIDDEN_SCOPE')
  })

  test('is signed out when its session ends', async () => {
    const cookie = await daemon.signIn()
    daemon.clockOffset += 13 * 3_600_000
    await toProblem(await asPage('/v1/application', cookie), 'UNAUTHENTICATED')
  })

  test('needs the admin scope to be launched', async () => {
    const token = await daemon.tokenFor('read', 'tag', 'control', 'audit')
    await toProblem(
      await daemon.call('/v1/ui/launch', { method: 'POST', token }),
      'FORBIDDEN_SCOPE',
    )
  })

  test('gets a page that can load and run nothing from elsewhere', async () => {
    const answer = await fetch(`${daemon.url}/`)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.match(
      answer.headers.get('content-security-policy') ?? '',
      /default-src 'none'.*frame-ancestors 'none'/,
    )
    const html = await answer.text()
    assert.doesNotMatch(html, /<script|style=|onclick/)
  })
})
