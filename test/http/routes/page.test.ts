import assert from 'node:assert/strict'
import { RecorderError } from '../../../src/contract/errors.ts'
import { suite } from '../../support/suite.ts'
import { ALLOWED_ORIGIN, type Daemon, startDaemon } from '../support/daemon.ts'
import { readEvents } from '../support/event-reader.ts'
import { bodyOf, pointersOf, toProblem } from '../support/expect.ts'
import { AT, recordingView } from '../support/stub-recorder.ts'

/** Opens the event stream as the page does. */
function readPageEvents(daemon: Daemon, cookie: string) {
  return readEvents(daemon, { token: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } })
}

suite('the page’s browser', (test) => {
  let daemon: Daemon
  test.beforeEach(async () => {
    // No heartbeat comes during a test, so a stream that ends does so at once.
    daemon = await startDaemon({ limits: { heartbeatMs: 600_000 } })
    daemon.recorder.views.set('rec_current', recordingView('rec_current'))
    daemon.recorder.current = 'rec_current'
  })
  test.afterEach(() => daemon.close())

  /** As the browser sends it from the page itself, unless told otherwise. */
  const asPage = (
    path: string,
    cookie: string,
    init: RequestInit & { origin?: string | null; site?: string | null } = {},
  ) => {
    const origin = init.origin === undefined ? daemon.url : init.origin
    const site = init.site === undefined ? 'same-origin' : init.site
    const headers = {
      cookie,
      'content-type': 'application/json',
      ...(origin === null ? {} : { origin }),
      ...(site === null ? {} : { 'sec-fetch-site': site }),
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

  test('shows a person with a void launch URL the page, which asks for a new one', async () => {
    const headers = { Accept: 'text/html,application/xhtml+xml' }
    const answer = await fetch(`${daemon.url}/launch/guess`, { headers, redirect: 'manual' })
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('location'), '/')
    assert.equal(answer.headers.get('set-cookie'), null)
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

  test('is told from a page on another port, which is the same site and gets the cookie sent', async () => {
    const cookie = await daemon.signIn()
    const probes: string[][] = []
    daemon.recorder.readiness = async (media = []) => {
      probes.push([...media])
      return { ready: true, at: AT, checks: [] }
    }
    for (const site of ['same-site', 'cross-site', 'none', 'same-origin, same-origin', '', null]) {
      for (const path of ['/v1/readiness', '/v1/application', '/v1/recordings', '/v1/events'])
        await toProblem(await asPage(path, cookie, { site, origin: null }), 'FORBIDDEN_ORIGIN')
      for (const path of ['/v1/recordings', '/v1/recordings/search', '/v1/ui/sign-out']) {
        const post = { method: 'POST', site, body: '{}' }
        await toProblem(await asPage(path, cookie, post), 'FORBIDDEN_ORIGIN')
      }
    }
    assert.deepEqual([probes, daemon.recorder.commands], [[], []])
    await bodyOf(await asPage('/v1/readiness', cookie, { origin: null }), 200, 'Readiness')
    assert.equal(probes.length, 1)
  })

  test('may open files and the description from its address bar, but change nothing there', async () => {
    const cookie = await daemon.signIn()
    const opened = { site: 'none', origin: null }
    daemon.compositions.failure = new RecorderError('INVALID_STATE', 'It is not stopped yet.')
    await bodyOf(await asPage('/v1/openapi.json', cookie, opened), 200, 'OpenApi')
    await toProblem(
      await asPage('/v1/openapi.json', cookie, { site: 'same-site' }),
      'FORBIDDEN_ORIGIN',
    )
    await toProblem(await asPage('/v1/openapi.json', cookie, { site: null }), 'FORBIDDEN_ORIGIN')
    for (const path of ['segments/mic/1', 'media/mic', 'export']) {
      const url = `/v1/recordings/current/${path}`
      assert.notEqual((await asPage(url, cookie, opened)).status, 403, path)
      await toProblem(await asPage(url, cookie, { site: 'same-site' }), 'FORBIDDEN_ORIGIN')
    }
    const launched = await fetch(await launchUrl(), {
      redirect: 'manual',
      headers: { 'sec-fetch-site': 'cross-site', cookie },
    })
    assert.equal(launched.status, 303, 'a launch URL may be followed from anywhere')
  })

  test('signs itself out, which ends its session and its streams alone', async () => {
    const [cookie, other] = [await daemon.signIn(), await daemon.signIn()]
    const [own, others] = [
      await readPageEvents(daemon, cookie),
      await readPageEvents(daemon, other),
    ]
    const answer = await asPage('/v1/ui/sign-out', cookie, { method: 'POST' })
    assert.equal(answer.status, 204)
    const [pair, ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ')
    assert.equal(pair, `f2f_session_${daemon.port}=`)
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Max-Age=0', 'Path=/', 'SameSite=Strict'])
    await own.ended
    await toProblem(await asPage('/v1/application', cookie), 'UNAUTHENTICATED')
    await toProblem(await asPage('/v1/ui/sign-out', cookie, { method: 'POST' }), 'UNAUTHENTICATED')
    await bodyOf(await asPage('/v1/application', other), 200, 'Application')
    daemon.recorder.commit()
    await others.received(1)
    others.hangUp()
  })

  test('cannot be signed out by a foreign page, nor by a token', async () => {
    const cookie = await daemon.signIn()
    for (const init of [
      { origin: 'http://127.0.0.1:1' },
      { origin: null },
      { site: 'same-site' },
    ]) {
      const answer = await asPage('/v1/ui/sign-out', cookie, { method: 'POST', ...init })
      await toProblem(answer, 'FORBIDDEN_ORIGIN')
    }
    assert.deepEqual(await pointersOf(await daemon.post('/v1/ui/sign-out')), [''])
    await bodyOf(await asPage('/v1/application', cookie), 200, 'Application')
  })

  test('is signed out with all others by the admin scope, and unused launch URLs are void', async () => {
    const cookies = [await daemon.signIn(), await daemon.signIn()]
    const streams = await Promise.all(cookies.map((cookie) => readPageEvents(daemon, cookie)))
    const unused = await launchUrl()
    const end = (token?: string) =>
      daemon.call('/v1/ui/sessions', { method: 'DELETE', ...(token && { token }) })
    const token = await daemon.tokenFor('read', 'tag', 'control', 'audit')
    await toProblem(await end(token), 'FORBIDDEN_SCOPE')
    await toProblem(
      await asPage('/v1/ui/sessions', cookies[0] ?? '', { method: 'DELETE' }),
      'FORBIDDEN_SCOPE',
    )
    assert.equal((await end()).status, 204)
    for (const stream of streams) await stream.ended
    for (const cookie of cookies)
      await toProblem(await asPage('/v1/application', cookie), 'UNAUTHENTICATED')
    await toProblem(await fetch(unused, { redirect: 'manual' }), 'UNAUTHENTICATED')
    await bodyOf(await asPage('/v1/application', await daemon.signIn()), 200, 'Application')
  })

  const signInAdmin = async (): Promise<string> => {
    const launch = await daemon.post('/v1/ui/launch', { admin: true })
    const { url } = await bodyOf<{ url: string }>(launch, 201, 'Launch')
    const answer = await fetch(url, { redirect: 'manual' })
    await toProblem(await fetch(url, { redirect: 'manual' }), 'UNAUTHENTICATED')
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  }
  const scopesOf = async (cookie: string) =>
    (await bodyOf<{ scopes: string[] }>(await asPage('/v1/ui/session', cookie), 200, 'UiSession'))
      .scopes

  test('has no admin scope, and cannot get it for itself', async () => {
    const cookie = await daemon.signIn()
    await toProblem(await asPage('/v1/tokens', cookie), 'FORBIDDEN_SCOPE')
    for (const body of ['{}', '{"admin":true}'])
      await toProblem(
        await asPage('/v1/ui/launch', cookie, { method: 'POST', body }),
        'FORBIDDEN_SCOPE',
      )
    for (const path of ['erase', 'holds', 'holds/hold_0001/release']) {
      const init = { method: 'POST', body: '{"reason":"No reason."}' }
      await toProblem(
        await asPage(`/v1/recordings/current/${path}`, cookie, init),
        'FORBIDDEN_SCOPE',
      )
    }
    assert.deepEqual(daemon.recorder.commands, [])
    assert.deepEqual(await scopesOf(cookie), ['read', 'tag', 'control', 'audit'])
  })

  test('has the admin scope only where a launch with that scope asked for it', async () => {
    const token = await daemon.tokenFor('read', 'tag', 'control', 'audit')
    const headers = { authorization: `Bearer ${token}` }
    await toProblem(await daemon.post('/v1/ui/launch', { admin: true }, headers), 'FORBIDDEN_SCOPE')
    assert.deepEqual(await pointersOf(await daemon.post('/v1/ui/launch', { admin: 1 })), ['/admin'])
    const cookie = await signInAdmin()
    assert.deepEqual(await scopesOf(cookie), ['read', 'tag', 'control', 'audit', 'admin'])
    assert.equal((await asPage('/v1/tokens', cookie)).status, 200)
    assert.ok(!(await scopesOf(await daemon.signIn())).includes('admin'))
    const logins = daemon.recorder.seen.flatMap((seen) => ('admin' in seen ? [seen.admin] : []))
    assert.deepEqual(logins, [true, false])
  })

  test('with the admin scope, lends it to no page of another origin', async () => {
    const cookie = await signInAdmin()
    for (const init of [
      { origin: 'https://evil.example', site: 'cross-site' },
      { origin: ALLOWED_ORIGIN, site: 'cross-site' },
      { origin: `http://127.0.0.1:${daemon.port + 1}`, site: 'same-site' },
      { site: 'same-site' },
      { site: 'none' },
      { site: null },
      { origin: null },
    ]) {
      for (const path of ['recordings/current/erase', 'recordings/current/holds', 'ui/launch']) {
        const body = path === 'ui/launch' ? '{"admin":true}' : '{"reason":"No reason."}'
        const answer = await asPage(`/v1/${path}`, cookie, { method: 'POST', body, ...init })
        await toProblem(answer, 'FORBIDDEN_ORIGIN')
      }
    }
    for (const site of ['same-site', 'cross-site', 'none', null])
      await toProblem(
        await asPage('/v1/tokens', cookie, { site, origin: null }),
        'FORBIDDEN_ORIGIN',
      )
    assert.deepEqual(daemon.recorder.commands, [])
  })

  test('is signed out when its session ends', async () => {
    const cookie = await daemon.signIn()
    daemon.clockOffset += 13 * 3_600_000
    await toProblem(await asPage('/v1/application', cookie), 'UNAUTHENTICATED')
  })

  test('learns when its session ends, and a token has none', async () => {
    const cookie = await daemon.signIn()
    const read = () => asPage('/v1/ui/session', cookie)
    const { expiresAt } = await bodyOf<{ expiresAt: string }>(await read(), 200, 'UiSession')
    const left = Date.parse(expiresAt) - Date.now()
    assert.ok(left > 11.9 * 3_600_000 && left <= 12 * 3_600_000, expiresAt)
    daemon.clockOffset += 3_600_000
    const later = await bodyOf<{ expiresAt: string }>(await read(), 200, 'UiSession')
    assert.equal(later.expiresAt, expiresAt)
    assert.deepEqual(await pointersOf(await daemon.call('/v1/ui/session')), [''])
    await asPage('/v1/ui/sign-out', cookie, { method: 'POST' })
    await toProblem(await read(), 'UNAUTHENTICATED')
  })

  test('reads no further events when its session has ended by itself', async () => {
    const other = await startDaemon({ limits: { heartbeatMs: 50 } })
    try {
      const stream = await readPageEvents(other, await other.signIn())
      other.clockOffset += 13 * 3_600_000
      await stream.ended
    } finally {
      await other.close()
    }
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
