import assert from 'node:assert/strict'
import { Random } from '../../e2e/support/random.ts'
import { FaultyRecorder, fsyncFaultProblem } from '../../support/fsync-faults/faulty-recorder.ts'
import { Sequence, STALL_MS } from '../../support/fsync-faults/sequence.ts'
import { suite } from '../../support/suite.ts'

const RUNS = Number(process.env.F2F_FSYNC_RUNS ?? 6)
const SEED = Number(process.env.F2F_FSYNC_SEED ?? 8)
/** Recorders at a time; each has a seed of its own. */
const JOBS = Number(process.env.F2F_FSYNC_JOBS ?? 1)
const START = {
  name: 'recording.start' as const,
  key: 'start',
  request: {
    media: ['mic'],
    recordingType: 'both',
    devices: {},
    tags: {},
    wrapUpSeconds: 3600,
    maxDurationSeconds: 14_400,
    require: 'all',
  },
}

/** Carries out a job's share of the sequences, on a recorder of its own. */
async function runSequences(seed: number): Promise<void> {
  const recorder = new FaultyRecorder()
  const random = new Random(seed)
  try {
    for (let run = 1; run <= Math.ceil(RUNS / JOBS); run++) {
      const sequence = new Sequence(recorder, random)
      const problems = await sequence.run()
      assert.deepEqual(problems, [], `seed ${seed}, ${run}:\n${sequence.trace.join('\n')}`)
    }
  } finally {
    await recorder.dispose()
  }
}

suite('a log whose writes are slow or fail', (test) => {
  const problem = fsyncFaultProblem()
  let recorder: FaultyRecorder
  if (problem === null) {
    test.before(() => {
      recorder = new FaultyRecorder()
    })
    test.after(() => recorder.dispose())
  }

  for (const countdown of [1, 2]) {
    test.unless(
      problem,
      `a retry of a start that got 503 at its write ${countdown}, even after a kill, is told 201 only while it records`,
      async () => {
        const sequence = new Sequence(recorder, new Random(1))
        await recorder.open('new', STALL_MS)
        recorder.arm(countdown, 3 * STALL_MS)
        assert.equal(await sequence.ask(START, true), 'STORAGE_UNAVAILABLE')
        await recorder.kill()
        await recorder.open('same', STALL_MS)
        assert.equal(await sequence.ask(START, true), 'ok')
        assert.deepEqual(sequence.claims.compare(await recorder.events()), [])
        await recorder.close()
      },
    )
  }

  test.unless(
    problem,
    `no client is told what log or media contradict (${RUNS} sequences, seed ${SEED})`,
    async () => {
      await Promise.all(Array.from({ length: JOBS }, (_, job) => runSequences(SEED + job)))
    },
    { limitMs: 60_000 + RUNS * 3_000 },
  )
})
