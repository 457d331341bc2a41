import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAccess } from '../../src/access/access.ts'
import { newToken } from '../../src/access/secrets.ts'
import { SessionFile, type SessionStore } from '../../src/access/session-file.ts'
import { SESSION_LIFETIME_MS } from '../../src/access/ui-sessions.ts'
import { suite } from '../support/suite.ts'

const PORT = 3887
const homeToken = newToken().secret

suite('access: the page across restarts', (test) => {
  let folder: string
  let path: string
  let clock: number
  let problems: string[]
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'f2f-sessions-'))
    path = join(folder, 'ui-sessions.json')
    clock = 1_700_000_000_000
    problems = []
  })
  test.afterEach(() => rm(folder, { recursive: true }))

  async function start(store?: SessionStore) {
    const sessionStore =
      store ?? (await SessionFile.open(path, (problem) => problems.push(problem)))
    return createAccess({ homeToken, tokens: () => [], sessionStore, now: () => clock })
  }
  type Access = Awaited<ReturnType<typeof start>>

  const signIn = (access: Access) => access.redeemLaunchCode(access.issueLaunchCode().code)
  const credential = (access: Access, secret: string) =>
    access.authenticate(undefined, `f2f_session_${PORT}=${secret}`, PORT)
  const isSignedIn = (access: Access, secret: string): boolean => {
    try {
      return credential(access, secret).side === 'ui'
    } catch {
      return false
    }
  }

  test('a browser stays signed in, and no secret is on disk', async () => {
    const secret = await signIn(await start())
    const text = await readFile(path, 'utf8')
    assert.ok(!text.includes(secret))
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    const next = await start()
    assert.ok(isSignedIn(next, secret))
    assert.deepEqual(problems, [])
  })

  test('an unused launch code works no more', async () => {
    const before = await start()
    await signIn(before)
    const { code } = before.issueLaunchCode()
    await assert.rejects((await start()).redeemLaunchCode(code), { code: 'UNAUTHENTICATED' })
  })

  test('a browser that has signed out stays so, and the others stay signed in', async () => {
    const access = await start()
    const [own, other] = [await signIn(access), await signIn(access)]
    await access.endSession(credential(access, own).sessionId as string)
    const next = await start()
    assert.deepEqual([isSignedIn(next, own), isSignedIn(next, other)], [false, true])
    await next.endSessions(() => {})
    assert.ok(!isSignedIn(await start(), other))
  })

  test('a session ends 12 hours after it began, whatever happens to the clock meanwhile', async () => {
    const secret = await signIn(await start())
    clock += SESSION_LIFETIME_MS - 1
    assert.ok(isSignedIn(await start(), secret))
    clock += 1
    assert.ok(!isSignedIn(await start(), secret))
    clock -= 30 * SESSION_LIFETIME_MS
    const early = await start()
    assert.ok(isSignedIn(early, secret))
    clock += SESSION_LIFETIME_MS
    assert.ok(!isSignedIn(early, secret), 'never longer than 12 hours from a restart')
  })

  const signInAdmin = (access: Access) =>
    access.redeemLaunchCode(access.issueLaunchCode({ admin: true }).code)
  const isAdmin = (access: Access, secret: string) => credential(access, secret).scopes.has('admin')

  test('the scope admin stays with its session, and comes to no other', async () => {
    const access = await start()
    const [plain, admin] = [await signIn(access), await signInAdmin(access)]
    const next = await start()
    assert.deepEqual([isAdmin(next, plain), isAdmin(next, admin)], [false, true])
    await next.endSession(credential(next, admin).sessionId as string)
    assert.ok(!isSignedIn(await start(), admin), 'signed out, it does not come back')
  })

  test('a session of an earlier version, which knew no admin, has not that scope', async () => {
    const secret = await signInAdmin(await start())
    const kept = JSON.parse(await readFile(path, 'utf8'))
    for (const session of kept.sessions) delete session.admin
    await writeFile(path, JSON.stringify(kept), { mode: 0o600 })
    const next = await start()
    assert.ok(isSignedIn(next, secret))
    assert.ok(!isAdmin(next, secret))
  })

  test('an old copy of the file brings back no session longer than it would have lasted', async () => {
    const secret = await signInAdmin(await start())
    const copy = await readFile(path)
    clock += SESSION_LIFETIME_MS
    await writeFile(path, copy, { mode: 0o600 })
    assert.ok(!isSignedIn(await start(), secret))
  })

  for (const [what, damage] of Object.entries<() => Promise<unknown>>({
    'other users could read': () => chmod(path, 0o640),
    'other users could change': () => chmod(path, 0o602),
    'is damaged': () => writeFile(path, '{"sessions":[{"sha256":"'),
    'has something else in it': () => writeFile(path, '{"sessions":[{"sha256":"x"}]}'),
    'grants admin in another form': async () =>
      writeFile(path, (await readFile(path, 'utf8')).replace('"admin":false', '"admin":"true"')),
    'is too large': async () =>
      writeFile(path, (await readFile(path, 'utf8')) + ' '.repeat(70_000)),
    'is a link': async () => {
      await writeFile(join(folder, 'other'), await readFile(path), { mode: 0o600 })
      await rm(path)
      await symlink('other', path)
    },
    'is a folder': () => rm(path).then(() => mkdir(path)),
  }))
    test(`a file that ${what} ends its sessions, for good, with a warning`, async () => {
      const secret = await signIn(await start())
      await damage()
      const next = await start()
      assert.ok(!isSignedIn(next, secret))
      assert.equal(problems.length, 1)
      assert.match(problems[0] as string, /^the browsers are signed out: /)
      assert.ok(!problems[0]?.includes(secret))
      assert.ok(!existsSync(path))
      const again = await signIn(next)
      assert.ok(isSignedIn(await start(), again))
      assert.equal(problems.length, 1)
    })

  test('a disk that refuses the file ends sessions with the recorder, and never brings one back', async () => {
    const access = await start()
    const [first, second] = [await signIn(access), await signIn(access)]
    // As on a full disk: nothing can be written, but files can be removed.
    await mkdir(`${path}.tmp`)
    await writeFile(join(`${path}.tmp`, 'x'), '')
    await access.endSession(credential(access, first).sessionId as string)
    assert.ok(isSignedIn(access, second), 'the other browser goes on')
    assert.match(problems.join(), /a restart will sign the browsers out/)
    assert.ok(!isSignedIn(await start(), first))
  })

  test('a sign-out that the disk does not confirm says so, and is in force all the same', async () => {
    const access = await start({
      sessions: new Map(),
      save: () => Promise.reject(new Error('read-only')),
    })
    const secret = await signIn(access)
    const { sessionId } = credential(access, secret)
    await assert.rejects(access.endSession(sessionId as string), { code: 'STORAGE_UNAVAILABLE' })
    assert.ok(!isSignedIn(access, secret))
  })

  test('a disk that hangs keeps nobody from the page', async () => {
    const access = await start({ sessions: new Map(), save: () => new Promise(() => {}) })
    assert.ok(isSignedIn(access, await signIn(access)))
  })
})
