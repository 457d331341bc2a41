import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ClientSide } from '../../../src/contract/by.ts'
import type { LogEvent } from '../../../src/contract/events.ts'
import { MEDIA, type Medium } from '../../../src/contract/media.ts'
import { RecorderBench } from '../../support/recorder-bench.ts'
import { suite } from '../../support/suite.ts'

type Step =
  | { do: 'recording.start' | 'track.start'; side: ClientSide; media: Medium[] }
  | {
      do: 'track.pause' | 'track.stop' | 'track.resume'
      side: ClientSide
      media: Medium[] | undefined
    }
  /** Lets one of the devices or disks that are waited for answer. */
  | { do: 'release'; which: number }
  /** Waits until the recorder has nothing to do at once, or for some turns of the event loop. */
  | { do: 'turn'; turns: number }

const side = fc.constantFrom<ClientSide>('api', 'api', 'api', 'ui')
const media = fc.subarray([...MEDIA], { minLength: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('recording.start' as const, 'track.start' as const),
      side,
      media,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('track.pause' as const, 'track.stop' as const, 'track.resume' as const),
      side,
      media: fc.option(media, { nil: undefined }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), which: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      turns: fc.integer({ min: 1, max: 8 }),
    }),
  },
)

/** A command in the order of arrival. Its client's name tells its events from those of others. */
interface Arrival {
  client: string
  step: Exclude<Step, { do: 'release' | 'turn' }>
  /** `ok`, or the code of the error. */
  outcome: string
}

/** Devices and disks that answer when the test says so. */
class SlowWorld {
  #waiting: (() => void)[] = []
  #isOpen = false

  wait(): Promise<void> {
    return this.#isOpen ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  release(which: number): void {
    this.#waiting.splice(which % Math.max(1, this.#waiting.length), 1)[0]?.()
  }

  releaseAll(): void {
    this.#isOpen = true
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

async function carryOut(steps: readonly Step[]): Promise<{ all: Arrival[]; events: LogEvent[] }> {
  const world = new SlowWorld()
  let reads = 0
  const bench = await RecorderBench.create({
    // The disk never answers in time, so that every start has to wait for it, too.
    readFreeBytes: async () => {
      if (reads++ > 0) await world.wait()
      throw new Error('No answer, on purpose.')
    },
  })
  try {
    const resolve = bench.platform.resolve.bind(bench.platform)
    bench.platform.resolve = async (medium, id) => {
      await world.wait()
      return resolve(medium, id)
    }
    const all: Arrival[] = []
    const answers: Promise<void>[] = []
    for (const next of steps) {
      if (next.do === 'release') world.release(next.which)
      else if (next.do === 'turn')
        for (let turn = 0; turn < next.turns; turn++) await new Promise(setImmediate)
      else {
        const arrival: Arrival = { client: `c${all.length}`, step: next, outcome: '' }
        all.push(arrival)
        answers.push(
          dispatch(bench, arrival).then((outcome) => {
            arrival.outcome = outcome
          }),
        )
      }
    }
    world.releaseAll()
    await Promise.all(answers)
    return { all, events: await bench.events() }
  } finally {
    world.releaseAll()
    await bench.dispose()
  }
}

async function dispatch(bench: RecorderBench, { client, step: next }: Arrival): Promise<string> {
  const request = { ...(next.media ? { media: next.media } : {}), devices: {} }
  const by = { side: next.side, client, user: 'tester' }
  return bench.command(next.side, next.do, request, { by }).then(
    () => 'ok',
    (error) => error.code ?? String(error),
  )
}

const isEnd = ({ step: { do: name } }: Arrival): boolean =>
  name === 'track.pause' || name === 'track.stop'
const isStart = ({ step: { do: name } }: Arrival): boolean =>
  name === 'recording.start' || name === 'track.start'
const concerns = (end: Arrival, medium: Medium): boolean => end.step.media?.includes(medium) ?? true
/** A pause or stop that was refused for control has no effect. */
const hasEffect = ({ outcome }: Arrival): boolean => !outcome.startsWith('CONTROL_HELD')

/** Every start of capture that an earlier command caused after a pause or stop had arrived. */
function latecomers(all: readonly Arrival[], events: readonly LogEvent[]): string[] {
  return all.flatMap((end, index) => {
    if (!isEnd(end) || !hasEffect(end)) return []
    const arrived = events.find(({ by }) => by.client === end.client)?.position ?? Infinity
    const earlier = new Set(
      all.slice(0, index).flatMap((one) => (one.step.side === end.step.side ? [one.client] : [])),
    )
    return events.flatMap(({ type, position, by, data }) => {
      if (type !== 'track.starting' && type !== 'track.resuming') return []
      const { medium } = data as { medium: Medium }
      return position > arrived && earlier.has(by.client) && concerns(end, medium)
        ? [`${type} ${medium} of ${by.client} after ${end.client} (${end.step.do})`]
        : []
    })
  })
}

/** Every interrupted start that no later pause or stop of its side concerns. */
function victims(all: readonly Arrival[]): string[] {
  return all.flatMap((start, index) => {
    if (!isStart(start) || start.outcome !== 'INTERRUPTED') return []
    const reason = all
      .slice(index + 1)
      .find(
        (end) =>
          isEnd(end) &&
          end.step.side === start.step.side &&
          start.step.media?.some((medium) => concerns(end, medium)),
      )
    return reason ? [] : [start.client]
  })
}

suite('commands in the order of their arrival', (test) => {
  test(
    'after a pause or stop nothing that arrived earlier makes its media record, however slow devices and disk are',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 24 }), async (steps) => {
          const { all, events } = await carryOut(steps)
          const outcomes = all.map(({ outcome }) => outcome)
          assert.ok(!outcomes.includes('INTERNAL') && !outcomes.includes(''), outcomes.join())
          assert.deepEqual(latecomers(all, events), [])
          assert.deepEqual(victims(all), [])
        }),
        { numRuns: Number(process.env.F2F_MODEL_RUNS ?? 50) },
      )
    },
    { limitMs: 120_000 },
  )
})
