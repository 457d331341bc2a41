import assert from 'node:assert/strict'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA } from '../../src/contract/media.ts'
import type { RecordingAnswer } from '../../src/contract/views.ts'
import type { ClockJump, RecorderClock } from '../../src/time/recorder-clock.ts'
import { SteadyClock } from '../../src/time/steady-clock.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'

const DAY_MS = 86_400_000

/** The clock of each process that a bench starts, on a system clock that a test sets. */
class ClockOfEachProcess implements RecorderClock {
  /** How far the system clock is from the true time, in ms. */
  setBy = 0
  #clock = this.#create()

  #create(): SteadyClock {
    const steady = (): number => performance.now()
    return new SteadyClock({ wall: () => Date.now() + this.setBy, monotonic: steady, boot: steady })
  }

  /** A new process begins with the system clock, set by `byMs`. */
  restart(byMs: number): void {
    this.setBy = byMs
    this.#clock.stop()
    this.#clock = this.#create()
  }

  now = (): number => this.#clock.now()
  check = (): void => this.#clock.check()
  adoptWallClock = (): void => this.#clock.adoptWallClock()
  notBefore = (epochMs: number): void => this.#clock.notBefore(epochMs)
  onJump = (listener: (jump: ClockJump) => void) => this.#clock.onJump(listener)
  stop = (): void => this.#clock.stop()

  get wallAheadMs(): number {
    return this.#clock.wallAheadMs
  }
}

/** The moments at which the recorder dies. */
const MOMENTS: Record<string, (bench: RecorderBench) => Promise<unknown>> = {
  recording: async () => undefined,
  paused: (bench) => bench.command('api', 'track.pause'),
  'in wrap-up': (bench) => bench.command('api', 'track.stop'),
}

suite('a system clock that is behind after a crash', (test) => {
  let clock: ClockOfEachProcess
  let bench: RecorderBench
  test.beforeEach(async () => {
    clock = new ClockOfEachProcess()
    bench = await RecorderBench.create({ clock })
  })
  test.afterEach(async () => {
    await bench.dispose()
    clock.stop()
  })

  const current = (): Promise<RecordingAnswer> => bench.recorder.recording('current', 'api')
  const times = async (id: string): Promise<string[]> =>
    (await bench.events()).filter((event) => event.recordingId === id).map(({ at }) => at)
  const ofType = async (type: LogEvent['type']): Promise<LogEvent[]> =>
    (await bench.events()).filter((event) => event.type === type)

  async function crash(byMs: number): Promise<void> {
    bench.platform.die()
    await bench.recorder.log.close()
    // With its log closed it can only end its timers.
    await bench.recorder.close()
    clock.restart(byMs)
    await bench.open()
  }

  for (const [moment, reach] of Object.entries(MOMENTS)) {
    for (const byMs of [-DAY_MS, -600_000, -3_000]) {
      test(`by ${-byMs / 1_000} s, ${moment}: the recording ends after it began`, async () => {
        const { id, startedAt } = await bench.command('api', 'recording.start')
        const begunAt = Date.now()
        await eventually('there are some media', () => Date.now() > begunAt + 20)
        await reach(bench)
        await crash(byMs)
        const { endedAt, wrapUp, state, tracks } = await current()
        assert.equal(state, 'WrapUp')
        assert.ok(endedAt !== null && endedAt > startedAt, `${startedAt}–${endedAt}`)
        for (const medium of MEDIA) {
          const { spans = [], recordedMs = 0 } = tracks[medium] ?? {}
          assert.equal(spans.length, 1, `${medium}: ${JSON.stringify(spans)}`)
          const [{ from, to }] = spans as [{ from: string; to: string }]
          assert.ok(Math.abs(Date.parse(to) - Date.parse(from) - recordedMs) < 100, medium)
          assert.ok(to <= endedAt)
        }
        const all = await times(id)
        assert.deepEqual(all, all.toSorted(), 'its events never go back')
        const leftMs = Date.parse(wrapUp?.endsAt ?? '') - clock.now()
        assert.ok(leftMs > 0 && leftMs <= 3_600_000, `its wrap-up lasts ${leftMs} ms more`)
      })
    }
  }

  test('is an event and a warning, and is adopted when the recording is closed', async () => {
    await bench.command('api', 'recording.start')
    await crash(-DAY_MS)
    const stepped = await eventually('it is told', async () => (await ofType('clock.stepped'))[0])
    const [started] = (await ofType('daemon.started')).slice(-1)
    assert.equal(stepped.position, (started?.position ?? 0) + 1, 'before anything can be recorded')
    await eventually('it warns', async () => (await ofType('warning.raised')).length === 1)
    const byMs = stepped.type === 'clock.stepped' ? stepped.data.byMs : 0
    assert.ok(Math.abs(byMs + DAY_MS) < 5_000, `${byMs} ms`)
    await bench.command('api', 'recording.close')
    await eventually('it is over', async () => (await ofType('warning.cleared')).length === 1)
    const next = await bench.command('api', 'recording.start')
    assert.ok(Math.abs(Date.parse(next.startedAt) - (Date.now() - DAY_MS)) < 5_000)
  })

  test('is adopted at once when nothing was open', async () => {
    await bench.command('api', 'recording.start')
    await bench.command('api', 'track.stop')
    await bench.command('api', 'recording.close')
    await crash(-DAY_MS)
    const next = await bench.command('api', 'recording.start')
    assert.ok(Math.abs(Date.parse(next.startedAt) - (Date.now() - DAY_MS)) < 5_000)
    const stepped = (await ofType('clock.stepped'))[0]
    const started = (await ofType('recording.starting'))[1]
    assert.ok(stepped && started && stepped.position < started.position, 'the log says so before')
  })

  test('does not prolong a wrap-up', async () => {
    await bench.command('api', 'recording.start', { wrapUpSeconds: 1 })
    await bench.command('api', 'track.stop')
    await crash(-DAY_MS)
    await eventually('it is closed', async () => (await ofType('recording.closed')).length === 1)
  })

  test('a clock that was ahead at the crash and is right again ends the recording all the same', async () => {
    clock.restart(DAY_MS)
    await crash(DAY_MS)
    const { startedAt } = await bench.command('api', 'recording.start', { wrapUpSeconds: 1 })
    assert.ok(Date.parse(startedAt) > Date.now() + DAY_MS / 2)
    await crash(0)
    await eventually('it is closed', async () => (await ofType('recording.closed')).length === 1)
    const { items } = await bench.recorder.log.recordings({ limit: 1 })
    assert.ok(items[0]?.endedAt && items[0].endedAt > startedAt)
    const next = await bench.command('api', 'recording.start')
    assert.ok(Math.abs(Date.parse(next.startedAt) - Date.now()) < 5_000, 'the true time holds')
  })

  test('a second crash right after the recovery changes nothing', async () => {
    const { id, startedAt } = await bench.command('api', 'recording.start')
    await crash(-DAY_MS)
    const { endedAt } = await current()
    await crash(-2 * DAY_MS)
    const again = await current()
    assert.deepEqual([again.startedAt, again.endedAt], [startedAt, endedAt])
    const all = await times(id)
    assert.deepEqual(all, all.toSorted())
  })
})
