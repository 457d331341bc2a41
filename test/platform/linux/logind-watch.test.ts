import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DesktopChange, DesktopProblem } from '../../../src/contract/desktop.ts'
import { isOwnSession, readSession } from '../../../src/platform/linux/logind-session.ts'
import { LogindWatch } from '../../../src/platform/linux/logind-watch.ts'
import { logindProblem, type StandInLogind, startLogind } from '../../support/logind.ts'
import { eventually, suite } from '../../support/suite.ts'

const problem = logindProblem()

suite('the watch over the desktop', (test) => {
  let logind: StandInLogind
  let watch: LogindWatch
  let changes: DesktopChange[]
  const seen = (): string[] => changes.map(({ type }) => type)
  const untilSeen = (...types: string[]): Promise<unknown> =>
    eventually(types.join(', '), () => seen().join() === types.join())

  test.before(async () => {
    if (problem === null) logind = await startLogind()
  })
  test.beforeEach(async () => {
    if (problem !== null) return
    logind.set('LockedHint', false)
    logind.set('Active', true)
    changes = []
    watch = new LogindWatch(logind.env, (change) => changes.push(change))
  })
  test.afterEach(() => watch?.close())
  test.after(() => logind?.stop())

  test.unless(problem, 'tells when the screen is locked, and when no more', async () => {
    logind.set('LockedHint', true)
    await untilSeen('locked')
    logind.set('LockedHint', false)
    await untilSeen('locked', 'unlocked')
  })

  test.unless(problem, 'knows a screen that was locked before', async () => {
    await watch.close()
    logind.set('LockedHint', true)
    watch = new LogindWatch(logind.env, (change) => changes.push(change))
    await untilSeen('locked')
  })

  test.unless(problem, 'counts a desktop that another user has taken as locked', async () => {
    logind.set('Active', false)
    await untilSeen('locked')
    logind.set('Active', true)
    await untilSeen('locked', 'unlocked')
  })

  test.unless(problem, 'believes a request to lock when the locker says nothing', async () => {
    // Once a change was seen, the watch hears signals.
    logind.set('LockedHint', true)
    await untilSeen('locked')
    logind.set('LockedHint', false)
    await untilSeen('locked', 'unlocked')
    logind.request('Lock')
    await untilSeen('locked', 'unlocked', 'locked')
    logind.request('Unlock')
    await untilSeen('locked', 'unlocked', 'locked', 'unlocked')
  })

  test.unless(problem, 'a locker that says when it ends needs no request to unlock', async () => {
    logind.set('LockedHint', true)
    await untilSeen('locked')
    logind.request('Lock')
    logind.set('LockedHint', false)
    await untilSeen('locked', 'unlocked')
  })

  test.unless(problem, 'tells when the computer goes to sleep and wakes up', async () => {
    logind.set('LockedHint', true)
    await untilSeen('locked')
    logind.prepareForSleep(true)
    await untilSeen('locked', 'sleeping')
    for (const change of changes) if (change.type === 'sleeping') change.ready()
    logind.prepareForSleep(false)
    await untilSeen('locked', 'sleeping', 'awake')
  })

  test.unless(problem, 'goes on after a restart of logind', async () => {
    logind.set('LockedHint', true)
    await untilSeen('locked')
    await logind.restart()
    await untilSeen('locked', 'unlocked')
    logind.set('LockedHint', true)
    await untilSeen('locked', 'unlocked', 'locked')
  })

  test.unless(problem, 'tells of the waking, though logind was away when it happened', async () => {
    logind.set('LockedHint', true)
    await untilSeen('locked')
    logind.prepareForSleep(true)
    await untilSeen('locked', 'sleeping')
    // What else happens before a sleep is no waking.
    logind.set('LockedHint', false)
    await untilSeen('locked', 'sleeping', 'unlocked')
    await logind.restart()
    await untilSeen('locked', 'sleeping', 'unlocked', 'awake')
  })

  /** The problem of a watch that has just begun. */
  async function problemIn(env: NodeJS.ProcessEnv): Promise<DesktopProblem | null> {
    const begun = new LogindWatch(env, () => {})
    const found = await begun.problem()
    await begun.close()
    return found
  }

  test.unless(problem, 'goes on when the bus has gone and is back', async () => {
    const own = await startLogind()
    const told: string[] = []
    const begun = new LogindWatch(own.env, ({ type }) => told.push(type))
    try {
      assert.equal(await begun.problem(), null)
      await own.restartBus()
      own.set('LockedHint', true)
      await eventually('locked', () => told.join() === 'locked', 20_000)
      assert.equal(await begun.problem(), null)
    } finally {
      await begun.close()
      await own.stop()
    }
  })

  test.unless(problem, 'believes nobody but logind', async () => {
    logind.set('LockedHint', true)
    await untilSeen('locked')
    logind.set('LockedHint', false)
    await untilSeen('locked', 'unlocked')
    for (const isDirected of [false, true]) {
      logind.forge('Session', 'Lock', isDirected)
      logind.forge('Manager', 'PrepareForSleep', isDirected)
    }
    // Signals come in order, so the forged ones have been seen before this one.
    logind.set('Active', false)
    await untilSeen('locked', 'unlocked', 'locked')
  })

  test('a bus that lets nobody in is one that cannot be reached', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'f2f-bus-'))
    const path = join(folder, 'bus')
    const server = createServer((client) => client.end('REJECTED EXTERNAL\r\n'))
    server.listen(path)
    try {
      const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${path}` }
      assert.match((await problemIn(env))?.detail ?? '', /system bus/)
    } finally {
      server.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test.unless(problem, 'says what is missing: the bus, the service or the session', async () => {
    const noBus = { ...logind.env, DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere' }
    assert.match((await problemIn(noBus))?.detail ?? '', /system bus/)
    assert.equal(await problemIn(logind.env), null)
    assert.equal(await watch.problem(), null)
    try {
      logind.endSession()
      assert.match((await problemIn(logind.env))?.detail ?? '', /no session/)
      await logind.end()
      assert.match((await problemIn(logind.env))?.detail ?? '', /logind does not answer/)
    } finally {
      await logind.restart()
    }
  })

  test('reads the properties of a session, and whose signal it is', () => {
    const session = { id: '7', isLocked: false, isActive: true }
    const properties = new Map<string, unknown>([
      ['Id', '7'],
      ['Active', true],
      ['LockedHint', false],
    ])
    assert.deepEqual(readSession(properties), session)
    assert.equal(readSession(new Map()), undefined)
    assert.equal(readSession('nonsense'), undefined)
    assert.equal(isOwnSession('/org/freedesktop/login1/session/_37', session), true)
    assert.equal(isOwnSession('/org/freedesktop/login1/session/_38', session), false)
  })
})
