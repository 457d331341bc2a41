import assert from 'node:assert/strict'
import type { RetentionPage } from '../../../src/client/types.ts'
import { suite } from '../../support/suite.ts'
import { recording } from '../support/samples.ts'
import { f2f, problem, startStub } from '../support/stub.ts'

const ID = '0c2f55b5-af7a-49a5-a50a-a14bca17c846'
const HOLD = 'b0a0c7a4-2f0a-4a37-8a5c-6f7b0f1d2c3e'
const AT = '2026-01-31T09:00:00.000Z'
const BY = { side: 'api', client: 'officer', user: 'maria' } as const
const CLOSED = recording({ id: ID, state: 'Closed' })
const HELD = { ...CLOSED, holds: [{ id: HOLD, reason: 'Claim 7', at: AT, by: BY }] }
const ERASED = {
  ...CLOSED,
  erased: { at: AT, by: BY, cause: 'request' as const, reason: 'Asked for.' },
}

const READ = { [`GET /v1/recordings/${ID}`]: { body: { ...HELD, tagHistory: [] } } }

suite('f2f erase', (test) => {
  const answers = { ...READ, [`POST /v1/recordings/${ID}/erase`]: { body: ERASED } }

  test('asks first, and erases only after a yes', async () => {
    const stub = await startStub(answers)
    const line = ['erase', ID, '--reason', 'Asked for.']
    const no = await f2f(line, { home: stub.home, keys: ['n\n'] })
    assert.deepEqual([no.code, no.stdout.trim()], [1, 'Nothing was erased.'])
    assert.match(no.stderr, /will be erased for ever/)
    assert.equal(
      stub.requests.some(({ method }) => method === 'POST'),
      false,
    )
    const yes = await f2f(line, { home: stub.home, keys: ['y\n'] })
    assert.equal(yes.code, 0, yes.stderr)
    assert.match(yes.stdout, /is erased/)
    assert.deepEqual(stub.lastRequest().body, { reason: 'Asked for.' })
    await stub.close()
  })

  test('needs --yes where nobody can be asked, and takes the reason from stdin', async () => {
    const stub = await startStub(answers)
    const { home } = stub
    assert.equal((await f2f(['erase', ID, '--reason', 'x'], { home })).code, 2)
    assert.equal((await f2f(['erase', ID, '--yes'], { home })).code, 2)
    const ran = await f2f(['erase', ID, '--reason', '-', '--yes', '--json'], {
      home,
      stdin: ['Asked for.\n'],
    })
    assert.deepEqual(ran.json(), ERASED)
    assert.deepEqual(stub.lastRequest().body, { reason: 'Asked for.' })
    await stub.close()
  })

  test('says which holds keep the recording', async () => {
    const stub = await startStub({
      ...READ,
      [`POST /v1/recordings/${ID}/erase`]: problem(409, 'ON_HOLD'),
    })
    const ran = await f2f(['erase', ID, '--reason', 'x', '--yes'], { home: stub.home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /ON_HOLD/)
    await stub.close()
  })
})

suite('f2f hold', (test) => {
  test('places, shows and releases holds', async () => {
    const stub = await startStub({
      ...READ,
      [`POST /v1/recordings/${ID}/holds`]: { status: 201, body: HELD },
      [`GET /v1/recordings/${ID}/holds?limit=1000`]: {
        body: { items: HELD.holds, nextCursor: null },
      },
      [`POST /v1/recordings/${ID}/holds/${HOLD}/release`]: { body: CLOSED },
    })
    const { home } = stub
    for (const place of [['hold'], ['hold', 'place']]) {
      const placed = await f2f([...place, ID, '--reason', 'Claim 7'], { home })
      assert.equal(placed.code, 0, placed.stderr)
      assert.match(placed.stdout, new RegExp(`is on hold: ${HOLD}`))
    }
    const shown = await f2f(['hold', 'show', ID], { home })
    assert.match(shown.stdout, /Claim 7/)
    const forPrograms = await f2f(['hold', 'show', ID, '--json'], { home })
    const answer = { items: HELD.holds, nextCursor: null }
    assert.deepEqual(JSON.parse(forPrograms.stdout), answer)
    const released = await f2f(['hold', 'release', ID, 'b0a0', '--reason', 'Settled'], { home })
    assert.match(released.stdout, /is released\. None is left\./)
    assert.deepEqual(stub.lastRequest().body, { reason: 'Settled' })
    await stub.close()
  })
})

suite('f2f retention', (test) => {
  const page: RetentionPage = {
    waiting: null,
    due: 1,
    items: [
      {
        recordingId: ID,
        endedAt: AT,
        eraseAt: '2026-05-01T09:00:00.000Z',
        rule: 'claims',
        holds: 0,
      },
      {
        recordingId: 'other-recording',
        endedAt: AT,
        eraseAt: '2026-06-01T09:00:00.000Z',
        rule: null,
        holds: 1,
      },
    ],
    nextCursor: null,
  }

  test('shows what will go, when and why', async () => {
    const stub = await startStub({ 'GET /v1/retention': { body: page } })
    const ran = await f2f(['retention', '--dry-run'], { home: stub.home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /0c2f55b5.*claims/)
    assert.match(ran.stdout, /other-recording.*maxDays.*on hold/)
    await stub.close()
  })

  test('says that it waits for a person, who confirms the clock', async () => {
    const waiting = { reason: 'clock', from: AT, to: '2036-01-31T09:00:00.000Z' }
    const stub = await startStub({
      'GET /v1/retention': { body: { ...page, waiting } },
      'POST /v1/retention/confirm': { body: { waiting: null, due: 1 } },
    })
    const { home } = stub
    assert.match((await f2f(['retention'], { home })).stdout, /the clock may be wrong/)
    const no = await f2f(['retention', '--confirm-clock'], { home, keys: ['\n'] })
    assert.equal(no.code, 1)
    const yes = await f2f(['retention', '--confirm-clock'], { home, keys: ['yes\n'] })
    assert.match(yes.stdout, /Retention goes on/)
    assert.equal(stub.lastRequest().url, '/v1/retention/confirm')
    await stub.close()
  })

  test('says that lost holds are to be placed again, and what still stands in the way', async () => {
    const lost = { reason: 'lostEnd', from: AT, to: AT }
    const jumped = { reason: 'clock', from: AT, to: '2036-01-31T09:00:00.000Z' }
    const stub = await startStub({
      'GET /v1/retention': { body: { ...page, waiting: lost } },
      'POST /v1/retention/confirm-holds': { body: { waiting: jumped, due: 1 } },
    })
    const { home } = stub
    const shown = await f2f(['retention'], { home })
    assert.match(shown.stdout.replaceAll(/\s+/g, ' '), /may be missing.*--confirm-holds/)
    const both = await f2f(['retention', '--confirm-clock', '--confirm-holds'], { home })
    assert.match(both.stderr, /exclude each other/)
    const yes = await f2f(['retention', '--confirm-holds', '--yes'], { home })
    assert.match(yes.stdout.replaceAll(/\s+/g, ' '), /The holds are confirmed\..*--confirm-clock/)
    await stub.close()
  })
})

suite('f2f show', (test) => {
  test('shows holds, the end of the keeping, and an erasure', async () => {
    const segments = {
      [`GET /v1/recordings/${ID}/segments?limit=1000`]: { body: { items: [], nextCursor: null } },
    }
    const events = {
      [`GET /v1/recordings/${ID}/events?limit=1000`]: { body: { items: [], nextCursor: null } },
    }
    const shows = async (body: object) => {
      const stub = await startStub({
        ...segments,
        ...events,
        [`GET /v1/recordings/${ID}`]: { body: { ...body, tagHistory: [] } },
      })
      const ran = await f2f(['show', ID], { home: stub.home })
      await stub.close()
      return ran.stdout
    }
    const retention = { eraseAt: '2026-05-01T09:00:00.000Z', rule: 'claims' }
    assert.match(await shows({ ...CLOSED, retention }), /Kept until +2026-05-01.*\(claims\)/)
    assert.match(await shows(HELD), /On hold +by api\/officer: Claim 7/)
    assert.match(await shows(ERASED), /Erased .*by api\/officer: Asked for\./)
  })
})
