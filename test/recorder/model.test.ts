import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ClientSide } from '../../src/contract/by.ts'
import { CONSENT_STATES, type ConsentState } from '../../src/contract/custody.ts'
import type { LogEvent } from '../../src/contract/events.ts'
import { MEDIA, type Medium } from '../../src/contract/media.ts'
import type { RecordingView } from '../../src/contract/views.ts'
import {
  type RecordingFold,
  recordingState,
  trackState,
} from '../../src/machines/recording-fold.ts'
import { evolveRecordings, type OpenRecordings } from '../../src/recorder/open-recordings.ts'
import { assertReplayed } from '../support/assert-replayed.ts'
import type { Behaviour } from '../support/fake-platform.ts'
import { RecorderBench } from '../support/recorder-bench.ts'
import { eventually, suite } from '../support/suite.ts'

type Step =
  | { do: 'start'; side: ClientSide; media: Medium[]; require: 'all' | 'any' }
  | {
      do: 'track.start' | 'track.stop' | 'track.pause' | 'track.resume'
      side: ClientSide
      media: Medium[]
    }
  | { do: 'tag'; side: ClientSide }
  | { do: 'close'; side: ClientSide }
  | { do: 'consent'; side: ClientSide; state: ConsentState }
  | { do: 'behave'; medium: Medium; as: Behaviour }
  | { do: 'kill'; medium: Medium }
  | { do: 'restart' | 'crash' }

const side = fc.constantFrom<ClientSide>('api', 'ui')
const medium = fc.constantFrom(...MEDIA)
const media = fc.subarray([...MEDIA], { minLength: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('start' as const),
      side,
      media,
      require: fc.constantFrom('all' as const, 'any' as const),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'track.start' as const,
        'track.stop' as const,
        'track.pause' as const,
        'track.resume' as const,
      ),
      side,
      media,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tag' as const), side }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), side }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('consent' as const),
      side,
      state: fc.constantFrom(...CONSENT_STATES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('behave' as const),
      medium,
      as: fc.constantFrom<Behaviour>('flow', 'fail', 'flow'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), medium }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'crash' as const) }),
  },
)

async function carryOut(bench: RecorderBench, next: Step): Promise<void> {
  switch (next.do) {
    case 'start':
      await bench.command(next.side, 'recording.start', {
        media: next.media,
        require: next.require,
      })
      break
    case 'track.start':
      await bench.command(next.side, next.do, { media: next.media, devices: {} })
      break
    case 'track.stop':
    case 'track.pause':
    case 'track.resume':
      await bench.command(next.side, next.do, { media: next.media })
      break
    case 'tag':
      await bench.command(next.side, 'recording.tag', { tags: { step: Math.random() } })
      break
    case 'close':
      await bench.command(next.side, 'recording.close')
      break
    case 'consent':
      await bench.command(next.side, 'recording.consent', { state: next.state, method: 'spoken' })
      break
    case 'behave':
      bench.platform.behaviour[next.medium] = next.as
      break
    case 'kill':
      bench.platform.kill(next.medium)
      break
    default:
      await bench[next.do]()
  }
}

/** Describes a recording in one way, from each of the three derivations. */
function told(fold: Pick<RecordingFold, 'session' | 'tracks'>) {
  const tracks = Object.fromEntries(MEDIA.map((one) => [one, trackState(fold.tracks[one])]))
  return { state: recordingState(fold.session), tracks }
}

function shown(view: RecordingView) {
  const tracks = Object.fromEntries(MEDIA.map((one) => [one, view.tracks[one]?.state ?? 'off']))
  return { state: view.state, tracks }
}

function inside({
  control,
  session,
  tracks,
}: Pick<RecordingFold, 'control' | 'session' | 'tracks'>) {
  return [control, session, tracks.mic, tracks.speaker, tracks.screen].map(
    ({ value, context }) => ({ value, context }),
  )
}

async function agree(bench: RecorderBench): Promise<void> {
  // What a kill sets off is reported a moment later: disagreement is a fault when it lasts.
  let disagreement: unknown
  await eventually(
    'the three agree',
    async () => {
      try {
        await compare(bench)
        return true
      } catch (error) {
        disagreement = error
        return false
      }
    },
    2_000,
  ).catch(() => {
    throw disagreement
  })
}

async function compare(bench: RecorderBench): Promise<void> {
  const events = await bench.events()
  const world = events.reduce<OpenRecordings>(
    (before, event: LogEvent) => evolveRecordings(before, event),
    new Map(),
  )
  const open = bench.recorder.log.openRecordings()
  assert.deepEqual(
    [...world.keys()],
    open.map(({ id }) => id),
    'fold and projection know the same recordings',
  )
  for (const view of open) {
    const fold = world.get(view.id)
    const live = bench.recorder.machines(view.id)
    assert.ok(fold && live)
    const unsettled = MEDIA.filter((one) =>
      ['pausing', 'stopping', 'starting'].includes(String(live.tracks[one].value)),
    )
    assert.deepEqual(unsettled, [], 'all captures have settled')
    assert.deepEqual(shown(view), told(fold), 'projection = fold')
    assert.deepEqual(inside(live), inside(fold), 'live = fold')
    assert.equal(view.version, fold.version)
  }
  await assertReplayed(bench.recorder)
  const recording = open
    .flatMap(({ tracks }) => Object.values(tracks))
    .filter(({ state }) => state === 'recording')
  assert.equal(
    bench.platform.capturing,
    recording.length,
    'what is said to record is captured, and nothing else',
  )
  assert.ok(open.filter(({ state }) => state === 'Active' || state === 'Paused').length <= 1)
}

suite('model', (test) => {
  test(
    'live machines, projection and fold of the log agree after every step of any sequence, also over restarts and crashes',
    async () => {
      const runs = Number(process.env.F2F_MODEL_RUNS ?? 60)
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
          const bench = await RecorderBench.create()
          try {
            for (const next of steps) {
              await carryOut(bench, next).catch((error) => {
                // A refusal or a failure is an outcome; anything else is a bug.
                if (error?.name !== 'RecorderError' || error.code === 'INTERNAL') throw error
              })
              await agree(bench)
            }
          } finally {
            await bench.dispose()
          }
        }),
        { numRuns: runs, endOnFailure: false },
      )
    },
    { limitMs: 120_000 },
  )

  test(
    'commands that pile up without waiting leave the three in agreement too',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            step.filter(({ do: what }) => what !== 'restart' && what !== 'crash'),
            { minLength: 4, maxLength: 30 },
          ),
          async (steps) => {
            const bench = await RecorderBench.create()
            try {
              const outcomes = await Promise.allSettled(steps.map((next) => carryOut(bench, next)))
              for (const outcome of outcomes) {
                if (outcome.status === 'rejected')
                  assert.notEqual(
                    outcome.reason?.code ?? 'INTERNAL',
                    'INTERNAL',
                    String(outcome.reason?.stack),
                  )
              }
              await agree(bench)
            } finally {
              await bench.dispose()
            }
          },
        ),
        { numRuns: Number(process.env.F2F_MODEL_RUNS ?? 60) },
      )
    },
    { limitMs: 120_000 },
  )
})
