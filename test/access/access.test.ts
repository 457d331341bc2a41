import assert from 'node:assert/strict'
import { createAccess, FAILURE_LIMIT, FAILURE_WINDOW_MS } from '../../src/access/access.ts'
import type { StoredToken } from '../../src/access/credential.ts'
import { SCOPES, UI_SCOPES } from '../../src/access/scopes.ts'
import { newToken, TOKEN_PREFIX } from '../../src/access/secrets.ts'
import { LAUNCH_CODE_LIFETIME_MS, SESSION_LIFETIME_MS } from '../../src/access/ui-sessions.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import { suite } from '../support/suite.ts'

const PORT = 3887
const HOME = newToken().secret

function setUp() {
  const clock = { now: 1_000_000 }
  const state = { tokens: [] as StoredToken[] }
  const access = createAccess({ homeToken: HOME, tokens: () => state.tokens, now: () => clock.now })
  return { clock, state, access }
}

function storedToken(scopes: string[], name = 'crm'): { secret: string; stored: StoredToken } {
  const { id, secret, sha256 } = newToken()
  return { secret, stored: { id, name, scopes, sha256, createdAt: '2025-11-22T09:30:00.000Z' } }
}

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action()
  } catch (error) {
    if (error instanceof RecorderError) return error.code
    throw error
  }
  return 'none'
}

suite('access: tokens', (test) => {
  test('the home token has every scope, on the API side', async () => {
    const credential = setUp().access.authenticate(`Bearer ${HOME}`, undefined, PORT)
    assert.equal(credential.side, 'api')
    assert.equal(credential.client, 'home')
    assert.deepEqual([...credential.scopes].sort(), [...SCOPES].sort())
  })

  test('a token keeps its name, its scopes and its identity across restarts', async () => {
    const { stored, secret } = storedToken(['read', 'tag', 'fly'])
    const [first, second] = [setUp(), setUp()].map(({ state, access }) => {
      state.tokens = [stored]
      return access.authenticate(`Bearer ${secret}`, undefined, PORT)
    })
    assert.equal(first?.client, 'crm')
    assert.deepEqual([...(first?.scopes ?? [])], ['read', 'tag'])
    assert.equal(first?.clientId, second?.clientId)
  })

  test('two tokens with the same name are two clients', async () => {
    const { access, state } = setUp()
    const [a, b] = [storedToken(['read']), storedToken(['read'])]
    state.tokens = [a.stored, b.stored]
    const ids = [a, b].map(
      ({ secret }) => access.authenticate(`Bearer ${secret}`, undefined, PORT).clientId,
    )
    assert.notEqual(ids[0], ids[1])
  })

  test('a token is valid from the moment it is stored until the moment it is revoked', async () => {
    const { access, state } = setUp()
    const { stored, secret } = storedToken(['read'])
    const ask = () => codeOf(() => access.authenticate(`Bearer ${secret}`, undefined, PORT))
    assert.equal(await ask(), 'UNAUTHENTICATED')
    state.tokens = [stored]
    assert.equal(await ask(), 'none')
    state.tokens = []
    assert.equal(await ask(), 'UNAUTHENTICATED')
  })

  test('Bearer may be written in any case; every other form is refused', async () => {
    const { access } = setUp()
    assert.equal(access.authenticate(`bearer  ${HOME} `, undefined, PORT).client, 'home')
    for (const header of [
      '',
      'Bearer',
      'Bearer ',
      HOME,
      `Basic ${HOME}`,
      `Bearer ${HOME} ${HOME}`,
      `Bearer ${HOME}x`,
    ]) {
      assert.equal(
        await codeOf(() => access.authenticate(header, undefined, PORT)),
        'UNAUTHENTICATED',
        header,
      )
    }
  })

  test('a token is 256 random bits with a prefix that scanners recognise', async () => {
    const { secret } = newToken()
    assert.ok(secret.startsWith(TOKEN_PREFIX))
    assert.equal(Buffer.from(secret.slice(TOKEN_PREFIX.length), 'base64url').length, 32)
    assert.notEqual(secret, newToken().secret)
  })
})

suite('access: wrong credentials', (test) => {
  test('after too many wrong credentials only wrong ones are refused, until the window has passed', async () => {
    const { access, clock } = setUp()
    const guess = () => codeOf(() => access.authenticate('Bearer wrong', undefined, PORT))
    for (let i = 0; i < FAILURE_LIMIT; i++) assert.equal(await guess(), 'UNAUTHENTICATED')
    assert.equal(await guess(), 'RATE_LIMITED')
    assert.equal(access.authenticate(`Bearer ${HOME}`, undefined, PORT).client, 'home')
    clock.now += FAILURE_WINDOW_MS
    assert.equal(await guess(), 'UNAUTHENTICATED')
  })

  test('the refusal names the seconds after which to try again', async () => {
    const { access, clock } = setUp()
    const guess = () => access.authenticate('Bearer wrong', undefined, PORT)
    for (let i = 0; i < FAILURE_LIMIT; i++) await codeOf(guess)
    clock.now += FAILURE_WINDOW_MS - 1_500
    assert.throws(guess, (error: RecorderError) => error.members.retryAfterSeconds === 2)
  })

  test('guesses at sessions and launch codes count too; a request without a credential does not', async () => {
    const { access } = setUp()
    for (let i = 0; i < FAILURE_LIMIT * 2; i++)
      await codeOf(() => access.authenticate(undefined, undefined, PORT))
    for (let i = 0; i < FAILURE_LIMIT / 2; i++) {
      assert.equal(await codeOf(() => access.redeemLaunchCode('wrong')), 'UNAUTHENTICATED')
      assert.equal(
        await codeOf(() => access.authenticate(undefined, `f2f_session_${PORT}=wrong`, PORT)),
        'UNAUTHENTICATED',
      )
    }
    assert.equal(await codeOf(() => access.redeemLaunchCode('wrong')), 'RATE_LIMITED')
    assert.equal(
      await codeOf(() => access.authenticate(undefined, `f2f_session_${PORT}=wrong`, PORT)),
      'RATE_LIMITED',
    )
  })
})

suite('access: the page', (test) => {
  const cookie = (secret: string, port = PORT) => `theme=dark; f2f_session_${port}=${secret}; x=y`

  test('a launch code opens one session, on the UI side and without the admin scope', async () => {
    const { access } = setUp()
    const { code } = access.issueLaunchCode()
    const credential = access.authenticate(
      undefined,
      cookie(await access.redeemLaunchCode(code)),
      PORT,
    )
    assert.equal(credential.side, 'ui')
    assert.equal(credential.client, 'ui')
    assert.deepEqual([...credential.scopes], [...UI_SCOPES])
    assert.ok(!credential.scopes.has('admin'))
    assert.equal(await codeOf(() => access.redeemLaunchCode(code)), 'UNAUTHENTICATED')
  })

  test('the admin scope belongs to the one session whose launch asked for it', async () => {
    const { access } = setUp()
    const launch = access.issueLaunchCode({ admin: true })
    const ordinary = access.issueLaunchCode()
    const scopesOf = async (code: string) => {
      const secret = await access.redeemLaunchCode(code)
      return [...access.authenticate(undefined, cookie(secret), PORT).scopes]
    }
    assert.deepEqual(await scopesOf(ordinary.code), [...UI_SCOPES])
    assert.deepEqual(await scopesOf(launch.code), [...SCOPES])
    assert.equal(await codeOf(() => access.redeemLaunchCode(launch.code)), 'UNAUTHENTICATED')
    assert.deepEqual(await scopesOf(access.issueLaunchCode().code), [...UI_SCOPES])
  })

  test('a launch code is valid for 60 s and names its end', async () => {
    const { access, clock } = setUp()
    const { code, expiresAt } = access.issueLaunchCode()
    assert.equal(Date.parse(expiresAt), clock.now + 60_000)
    clock.now += LAUNCH_CODE_LIFETIME_MS - 1
    const other = access.issueLaunchCode()
    await access.redeemLaunchCode(code)
    clock.now += LAUNCH_CODE_LIFETIME_MS
    assert.equal(await codeOf(() => access.redeemLaunchCode(other.code)), 'UNAUTHENTICATED')
  })

  test('a session ends after 12 hours', async () => {
    const { access, clock } = setUp()
    const secret = await access.redeemLaunchCode(access.issueLaunchCode().code)
    clock.now += SESSION_LIFETIME_MS - 1
    access.authenticate(undefined, cookie(secret), PORT)
    clock.now += 1
    assert.equal(
      await codeOf(() => access.authenticate(undefined, cookie(secret), PORT)),
      'UNAUTHENTICATED',
    )
  })

  test('a session can be ended, alone or with all others and all unused launch codes', async () => {
    const { access } = setUp()
    const signIn = () => access.redeemLaunchCode(access.issueLaunchCode().code)
    const [first, second, third] = [await signIn(), await signIn(), await signIn()]
    const idOf = (secret: string) =>
      access.authenticate(undefined, cookie(secret), PORT).sessionId as string
    const ids = [first, second, third].map(idOf)
    assert.equal(new Set(ids).size, 3)
    await access.endSession(ids[0] as string)
    assert.deepEqual(
      ids.map((id) => access.isSessionOpen(id)),
      [false, true, true],
    )
    assert.equal(await codeOf(() => idOf(first)), 'UNAUTHENTICATED')
    const unused = access.issueLaunchCode().code
    const ended: string[] = []
    await access.endSessions((id) => ended.push(id))
    assert.deepEqual(ended, ids.slice(1))
    for (const attempt of [() => idOf(second), () => access.redeemLaunchCode(unused)])
      assert.equal(await codeOf(attempt), 'UNAUTHENTICATED')
    idOf(await signIn())
  })

  test('the cookie of a daemon on another port is ignored', async () => {
    const { access } = setUp()
    const secret = await access.redeemLaunchCode(access.issueLaunchCode().code)
    assert.throws(() => access.authenticate(undefined, cookie(secret, 4000), PORT), {
      message: /carries no credential/,
    })
  })

  test('unused launch codes do not accumulate, and the newest works', async () => {
    const { access } = setUp()
    const codes = Array.from({ length: 100 }, () => access.issueLaunchCode().code)
    assert.equal(await codeOf(() => access.redeemLaunchCode(codes[0] as string)), 'UNAUTHENTICATED')
    await access.redeemLaunchCode(codes[99] as string)
  })

  test('two credentials at once are refused, even valid ones', async () => {
    const { access } = setUp()
    const secret = await access.redeemLaunchCode(access.issueLaunchCode().code)
    assert.equal(
      await codeOf(() => access.authenticate(`Bearer ${HOME}`, cookie(secret), PORT)),
      'INVALID_REQUEST',
    )
    const twice = `f2f_session_${PORT}=${secret}; f2f_session_${PORT}=${secret}`
    assert.equal(await codeOf(() => access.authenticate(undefined, twice, PORT)), 'INVALID_REQUEST')
    assert.equal(access.authenticate(`Bearer ${HOME}`, cookie(secret, 4000), PORT).client, 'home')
  })
})
