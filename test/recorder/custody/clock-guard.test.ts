import assert from 'node:assert/strict'
import type { LogEvent } from '../../../src/contract/events.ts'
import { ClockGuard } from '../../../src/recorder/custody/clock-guard.ts'
import { applyTimeEvent, NO_TIME, type TrustedTime } from '../../../src/store/state/trusted-time.ts'
import { suite } from '../../support/suite.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const START = Date.parse('2026-01-01T00:00:00.000Z')
const SYSTEM = { side: 'system', client: 'recorder', user: 'tester' } as const

function event(type: string, day: number, data: object = {}): LogEvent {
  return { type, at: new Date(START + day * DAY_MS).toISOString(), data } as LogEvent
}

const fold = (...events: LogEvent[]): TrustedTime => events.reduce(applyTimeEvent, NO_TIME)
const dayOf = ({ newest }: TrustedTime) => ((newest as number) - START) / DAY_MS

function guardAt(time: TrustedTime, day: number, hoursRun: number) {
  const confirmed: unknown[] = []
  let monotonic = 0
  const guard = new ClockGuard({
    log: { trustedTime: time },
    facts: { append: async (cause) => void confirmed.push(cause.by) },
    system: SYSTEM,
    now: () => START + day * DAY_MS,
    monotonic: () => monotonic,
  })
  monotonic = hoursRun * HOUR_MS
  return { guard, confirmed }
}

suite('the time that the log proves', (test) => {
  test('moves on with its events, and not by a jump of more than a day', () => {
    assert.equal(dayOf(fold(event('a', 0), event('b', 0.9), event('c', 1.8))), 1.8)
    const jumped = fold(event('a', 0), event('b', 1.1), event('c', 1.2))
    assert.deepEqual([dayOf(jumped), jumped.doubtedAt], [0, START + 1.1 * DAY_MS])
  })

  test('moves on over a sleep of the machine, which is no jump of its clock', () => {
    const from = new Date(START + 0.5 * DAY_MS).toISOString()
    const slept = fold(event('a', 0.5), event('machine.slept', 9, { from }), event('b', 9.1))
    assert.deepEqual([dayOf(slept), slept.doubtedAt], [9.1, null])
  })

  test('is sure again when a person confirms it, or the clock is set right', () => {
    assert.equal(fold(event('a', 0), event('b', 9), event('clock.confirmed', 9)).doubtedAt, null)
    assert.equal(dayOf(fold(event('a', 0), event('b', 9), event('c', 0.2))), 0.2)
  })
})

suite('a log that has lost its end', (test) => {
  test('may lack holds until a person confirms them, whatever follows', () => {
    const lost = fold(event('a', 1), event('log.witnessLost', 1.5), event('b', 1.6))
    assert.deepEqual([lost.lostFrom, dayOf(lost)], [START + DAY_MS, 1.6])
    const again = [event('clock.confirmed', 9), event('log.witnessLost', 9)]
    assert.equal(again.reduce(applyTimeEvent, lost).lostFrom, START + DAY_MS)
    assert.equal(applyTimeEvent(lost, event('retention.confirmed', 2)).lostFrom, null)
  })
})

suite('a clock in doubt', (test) => {
  const weekend = fold(event('a', 0), event('b', 3))

  test('is confirmed by itself after a short absence and some hours without being set', async () => {
    const early = guardAt(weekend, 3.1, 3.9)
    await early.guard.confirmIfProven()
    assert.deepEqual(early.confirmed, [])
    const late = guardAt(weekend, 3.2, 4)
    await late.guard.confirmIfProven()
    assert.deepEqual(late.confirmed, [SYSTEM])
  })

  test('is not confirmed by itself when it was set meanwhile', async () => {
    const { guard, confirmed } = guardAt(weekend, 3.2, 4)
    guard.observe([event('clock.stepped', 3.2, { byMs: -60_000 })])
    await guard.confirmIfProven()
    assert.deepEqual(confirmed, [])
  })

  test('is never confirmed by itself after more than a week', async () => {
    const { guard, confirmed } = guardAt(fold(event('a', 0), event('b', 8)), 8, 1_000)
    await guard.confirmIfProven()
    assert.deepEqual(confirmed, [])
    assert.ok(guard.doubt)
  })

  test('is in doubt as soon as it jumps, before any event says so', () => {
    const { guard } = guardAt(fold(event('a', 0)), 2, 0)
    assert.ok(guard.doubt)
  })
})
