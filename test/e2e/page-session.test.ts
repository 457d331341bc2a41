import assert from 'node:assert/strict'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'

/** Follows a launch URL as a browser does, and returns the cookie. */
async function signIn(daemon: TestDaemon, launch = {}): Promise<string> {
  const { body } = await daemon.api('POST', '/ui/launch', launch)
  const answer = await fetch(body.url, { redirect: 'manual' })
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

function asPage(daemon: TestDaemon, cookie: string, method: string, path: string) {
  const headers = { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin', Origin: daemon.url }
  return daemon.api(method, path, undefined, { Authorization: undefined, ...headers })
}

suite('the page of a recorder that was started again', (test) => {
  let daemon: TestDaemon
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(async () => {
    await daemon.stop()
  })

  /** Starts the recorder of the same home on the same port again. */
  async function startAgain(): Promise<void> {
    const { port } = new URL(daemon.url)
    daemon = await startDaemon({ home: daemon.home, args: ['--port', port] })
  }
  const statusFor = async (cookie: string): Promise<number> =>
    (await asPage(daemon, cookie, 'GET', '/application')).status

  test('is still signed in after a crash, and after a proper end', async () => {
    const cookie = await signIn(daemon)
    const admin = await signIn(daemon, { admin: true })
    const tokensFor = async (who: string) => (await asPage(daemon, who, 'GET', '/tokens')).status
    assert.equal(await statusFor(cookie), 200)
    daemon.kill()
    await daemon.exited
    await startAgain()
    assert.equal(await statusFor(cookie), 200)
    assert.deepEqual([await tokensFor(cookie), await tokensFor(admin)], [403, 200])
    assert.equal(await daemon.stop(), 0)
    await startAgain()
    assert.equal(await statusFor(cookie), 200)
  })

  test('is signed out for good once the sign-out was answered, even by a crash right after it', async () => {
    const [own, other] = [await signIn(daemon), await signIn(daemon)]
    assert.equal((await asPage(daemon, own, 'POST', '/ui/sign-out')).status, 204)
    daemon.kill()
    await daemon.exited
    await startAgain()
    assert.deepEqual([await statusFor(own), await statusFor(other)], [401, 200])
    assert.equal((await daemon.api('DELETE', '/ui/sessions')).status, 204)
    daemon.kill()
    await daemon.exited
    await startAgain()
    assert.equal(await statusFor(other), 401)
  })

  test('is signed out when other users could read the sessions', async () => {
    const cookie = await signIn(daemon)
    daemon.kill()
    await daemon.exited
    await chmod(join(daemon.home, 'ui-sessions.json'), 0o644)
    await startAgain()
    assert.equal(await statusFor(cookie), 401)
    assert.match(daemon.stderr(), /the browsers are signed out: other users could read/)
    assert.ok(!daemon.stderr().includes(cookie.split('=')[1] as string))
    assert.equal(await statusFor(await signIn(daemon)), 200)
  })
})
