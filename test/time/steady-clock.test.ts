import assert from 'node:assert/strict'
import type { ClockJump } from '../../src/time/recorder-clock.ts'
import { SteadyClock } from '../../src/time/steady-clock.ts'
import { eventually, suite } from '../support/suite.ts'

const NINE = Date.UTC(2026, 0, 5, 9)

/**
 * Clocks that a test turns by hand, in ms. The process waits for a processor for `heldFirstMs`
 * after it has read the wall clock for the first time.
 */
function machine(heldFirstMs = 0) {
  const at = { wall: NINE, monotonic: 5_000, boot: 70_000 }
  let heldMs = 0
  let heldWallMs = heldFirstMs
  const clock = new SteadyClock({
    wall: () => {
      const { wall } = at
      pass(heldWallMs)
      heldWallMs = 0
      return wall
    },
    monotonic: () => at.monotonic,
    boot: () => {
      pass(heldMs)
      heldMs = 0
      return at.boot
    },
  })
  function pass(ms: number): void {
    at.wall += ms
    at.monotonic += ms
    at.boot += ms
  }
  const jumps: ClockJump[] = []
  clock.onJump((jump) => jumps.push(jump))
  return {
    clock,
    jumps,
    /** Time goes by. */
    pass,
    /** The process waits for a processor while it reads the time since the boot. */
    holdNextReading(ms: number) {
      heldMs = ms
    },
    sleep(ms: number) {
      at.wall += ms
      at.boot += ms
    },
    set(byMs: number) {
      at.wall += byMs
    },
  }
}

suite('the recorder’s clock', (test) => {
  test('counts as the wall clock does, without a jump', () => {
    const { clock, jumps, pass } = machine()
    for (let i = 0; i < 100; i++) {
      pass(1_000)
      clock.check()
    }
    assert.equal(clock.now(), NINE + 100_000)
    assert.deepEqual(jumps, [])
    clock.stop()
  })

  test('goes on over a sleep and reports it, from the last check to now', () => {
    const { clock, jumps, pass, sleep } = machine()
    pass(1_000)
    clock.check()
    pass(100)
    sleep(3_600_000)
    pass(50)
    clock.check()
    assert.deepEqual(jumps, [{ type: 'slept', from: NINE + 1_000, to: NINE + 3_601_150 }])
    assert.equal(clock.now(), NINE + 3_601_150)
    clock.check()
    assert.equal(jumps.length, 1)
    clock.stop()
  })

  for (const byMs of [-3_600_000, -1_500, -400, 60, 1_500, 86_400_000]) {
    test(`a clock set by ${byMs} ms is reported once, and adopted only on request`, () => {
      const { clock, jumps, pass, set } = machine()
      pass(1_000)
      clock.check()
      set(byMs)
      pass(200)
      clock.check()
      pass(200)
      clock.check()
      assert.deepEqual(jumps, [{ type: 'stepped', byMs }])
      assert.equal(clock.now(), NINE + 1_400)
      assert.equal(clock.wallAheadMs, byMs)
      clock.adoptWallClock()
      assert.equal(clock.now(), NINE + 1_400 + byMs)
      clock.check()
      assert.equal(jumps.length, 1)
      clock.stop()
    })
  }

  test('begins after a time that is known, and reports a wall clock behind it once', () => {
    const { clock, jumps, pass } = machine()
    clock.notBefore(NINE + 86_400_000)
    assert.equal(clock.now(), NINE + 86_400_000)
    pass(1_000)
    assert.equal(clock.now(), NINE + 86_401_000, 'it counts on from there')
    clock.check()
    pass(1_000)
    clock.check()
    assert.deepEqual(jumps, [{ type: 'stepped', byMs: -86_400_000 }])
    clock.notBefore(NINE)
    assert.equal(clock.now(), NINE + 86_402_000, 'it never goes back')
    clock.adoptWallClock()
    assert.equal(clock.now(), NINE + 2_000)
    clock.stop()
  })

  test('a clock that is set during a sleep is reported as both', () => {
    const { clock, jumps, sleep, set } = machine()
    sleep(60_000)
    set(-7_200_000)
    clock.check()
    assert.deepEqual(
      jumps.map((jump) => (jump.type === 'slept' ? jump.to - jump.from : jump.byMs)),
      [60_000, -7_200_000],
    )
    clock.stop()
  })

  test('a process that is held between two readings has not slept', async () => {
    const { clock, jumps, holdNextReading, pass, sleep } = machine()
    holdNextReading(3_000)
    await eventually('it was held', () => clock.now() > NINE, 10_000)
    pass(100)
    clock.check()
    assert.deepEqual(jumps, [])
    sleep(5_000)
    clock.check()
    assert.equal(jumps.length, 1)
    clock.stop()
  })

  test('a process that is held between its first two readings has the right time', () => {
    const { clock, jumps, pass } = machine(200)
    assert.equal(clock.now(), NINE + 200)
    pass(1_000)
    clock.check()
    assert.deepEqual(jumps, [])
    clock.stop()
  })

  test('a sleep that a clock set back hides is noticed at the next tick', async () => {
    const { clock, jumps, pass, sleep, set } = machine()
    pass(1_000)
    clock.check()
    sleep(60_000)
    set(-60_000)
    clock.check()
    await eventually('the sleep is reported', () => jumps.length > 0, 10_000)
    assert.deepEqual(jumps[0], { type: 'slept', from: NINE + 1_000, to: NINE + 61_000 })
    clock.stop()
  })

  test('a small adjustment to network time is no jump, and an unsubscribed listener is not called', () => {
    const { clock, jumps, pass, set } = machine()
    const others: ClockJump[] = []
    const off = clock.onJump((jump) => others.push(jump))
    set(20)
    pass(1_000)
    clock.check()
    assert.deepEqual(jumps, [])
    off()
    set(-9_000)
    clock.check()
    assert.equal(jumps.length, 1)
    assert.deepEqual(others, [])
    clock.stop()
  })

  test('the machine’s own clocks agree', () => {
    const clock = new SteadyClock()
    const jumps: ClockJump[] = []
    clock.onJump((jump) => jumps.push(jump))
    clock.check()
    assert.ok(Math.abs(clock.now() - Date.now()) < 50)
    assert.deepEqual(jumps, [])
    clock.stop()
  })
})
